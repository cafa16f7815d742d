local PORT = 7700
local FRAME_ROOM = 247

local coldcap = Proto("coldcap", "coldcap wire protocol")
local own = {
  length = ProtoField.uint16("coldcap.length", "Encoded bytes"),
  check = ProtoField.uint32("coldcap.check", "Check value", base.HEX),
  kind = ProtoField.uint8("coldcap.kind", "Kind", base.DEC, KINDS),
  sealed = ProtoField.bool("coldcap.sealed", "Sealed"),
  opened = ProtoField.bool("coldcap.opened", "Opened by a key of the log"),
  endpoint = ProtoField.uint8("coldcap.endpoint", "Endpoint", base.HEX),
  number = ProtoField.uint32("coldcap.number", "Packet number"),
  message = ProtoField.string("coldcap.message", "Message"),
  outcome = ProtoField.string("coldcap.outcome", "Outcome"),
}
local refused = ProtoExpert.new("coldcap.refused", "Refused", expert.group.MALFORMED, expert.severity.ERROR)
coldcap.experts = { refused }

-- ---- Fields -----------------------------------------------------------------------------------------

local function proto_field(abbreviation, field)
  local title = field.name
  local words = field.codes and CODES[field.codes]
  local kind = field.type
  if kind == "u8" then return ProtoField.uint8(abbreviation, title, base.DEC, words) end
  if kind == "u16" then return ProtoField.uint16(abbreviation, title) end
  if kind == "u32" then return ProtoField.uint32(abbreviation, title) end
  if kind == "u64" then return ProtoField.uint64(abbreviation, title) end
  if kind == "i32" then return ProtoField.int32(abbreviation, title) end
  return ProtoField.bytes(abbreviation, title)
end

local all = {}
for _, field in pairs(own) do all[#all + 1] = field end
for name, message in pairs(MESSAGES) do
  for _, field in ipairs(message.fields) do
    local path = field.group and (field.group .. "." .. field.name) or field.name
    field.proto = proto_field("coldcap." .. name .. "." .. path, field)
    all[#all + 1] = field.proto
  end
end
coldcap.fields = all

local by_number = {}
for name, message in pairs(MESSAGES) do
  message.name = name
  by_number[message.kind .. ":" .. (message.endpoint or "any")] = message
end

-- ---- Frames -----------------------------------------------------------------------------------------

local crc_table = {}
for index = 0, 255 do
  local value = index
  for _ = 1, 8 do
    local odd = bit.band(value, 1) == 1
    value = bit.rshift(value, 1)
    if odd then value = bit.bxor(value, 0xC8DF352F) end
  end
  crc_table[index] = value
end

local function check_value(encoded, count)
  local crc = 0xFFFFFFFF
  local function take(byte)
    crc = bit.bxor(bit.rshift(crc, 8), crc_table[bit.band(bit.bxor(crc, byte), 0xFF)])
  end
  for at = 1, count do take(encoded:byte(at)) end
  take(count % 256)
  take(math.floor(count % 1024 / 256))
  crc = bit.bxor(crc, 0xFFFFFFFF)
  return crc < 0 and crc + 4294967296 or crc
end

-- The packet of a frame without its delimiter, or nil and the reason.
local function open_frame(frame)
  if #frame > FRAME_ROOM then return nil, "frame.overflow" end
  if #frame < 6 then return nil, "frame.length" end
  local count = #frame - 6
  local bits = 0
  for at = count + 1, #frame do
    local byte = frame:byte(at)
    if byte < 0x80 then return nil, "frame.crc" end
    bits = bits * 128 + (byte - 0x80)
  end
  local length, check = math.floor(bits / 4294967296), bits % 4294967296
  if count == 0 or length ~= count % 1024 then return nil, "frame.length" end
  if check ~= check_value(frame, count) then return nil, "frame.crc" end
  local pieces, at = {}, 1
  while at <= count do
    local code = frame:byte(at)
    if at + code > count + 1 then return nil, "frame.cobs" end
    pieces[#pieces + 1] = frame:sub(at + 1, at + code - 1)
    at = at + code
    if code ~= 255 and at <= count then pieces[#pieces + 1] = "\0" end
  end
  return table.concat(pieces), nil, length, check
end

-- ---- Bodies -----------------------------------------------------------------------------------------

-- Numbers of 64 bits are kept as two halves: Lua's own are too short for them.
local function read_byte(source)
  if source.at <= #source.body then
    source.at = source.at + 1
    return source.body:byte(source.at - 1)
  end
  if source.endless then return 0 end
  error({ reason = "body.short" })
end

local function read_number(source, bits)
  local low, high = 0, 0
  for shift = 0, bits - 1, 7 do
    local byte = read_byte(source)
    local digits = byte % 128
    if shift + 7 > bits and digits >= 2 ^ (bits - shift) then error({ reason = "body.malformed" }) end
    if shift < 28 then
      low = low + digits * 2 ^ shift
    elseif shift == 28 then
      low = low + (digits % 16) * 2 ^ 28
      high = high + math.floor(digits / 16)
    else
      high = high + digits * 2 ^ (shift - 32)
    end
    if byte < 128 then return low, high end
  end
  error({ reason = "body.malformed" })
end

local BITS = { u16 = 16, u32 = 32, u64 = 64, i32 = 32 }

local function read_bytes(source, count)
  local bytes = {}
  for index = 1, count do bytes[index] = string.char(read_byte(source)) end
  return table.concat(bytes)
end

local function read_value(source, field)
  if field.type == "u8" then return { low = read_byte(source), high = 0 } end
  if BITS[field.type] then
    local low, high = read_number(source, BITS[field.type])
    return { low = low, high = high }
  end
  local most = tonumber(field.type:match("^bytes0to(%d+)$"))
  if not most then return { bytes = read_bytes(source, tonumber(field.type:match("^bytes(%d+)$"))) } end
  local low, high = read_number(source, 32)
  local over = high > 0 or low > most
  local bytes = read_bytes(source, over and most + 1 or low)
  if over then error({ reason = "body.malformed" }) end
  return { bytes = bytes, counted = true }
end

local function write_number(low, high)
  local out = {}
  while high > 0 or low >= 128 do
    out[#out + 1] = string.char(128 + low % 128)
    low = math.floor(low / 128) + (high % 128) * 2 ^ 25
    high = math.floor(high / 128)
  end
  out[#out + 1] = string.char(low)
  return table.concat(out)
end

local function write_value(field, value)
  if value.bytes then
    return (value.counted and write_number(#value.bytes, 0) or "") .. value.bytes
  end
  if field.type == "u8" then return string.char(value.low) end
  return write_number(value.low, value.high)
end

-- Reads a body; its values, each with its place, or an error with the reason.
local function read_body(message, body)
  if #body > message.longest then error({ reason = "body.trailing" }) end
  local source = { body = body, at = 1, endless = message.grew }
  local values = {}
  for index, field in ipairs(message.fields) do
    local from = source.at
    values[index] = read_value(source, field)
    values[index].from, values[index].to = from, source.at
  end
  if source.at <= #body then error({ reason = "body.trailing" }) end
  local pieces, base = {}, 0
  for index, field in ipairs(message.fields) do
    pieces[index] = write_value(field, values[index])
    if field.since == 0 then base = base + #pieces[index] end
  end
  local again = table.concat(pieces)
  local kept = again:sub(1, base) .. again:sub(base + 1):gsub("%z+$", "")
  if kept ~= body then
    error({ reason = #kept < #body and "body.not_shortest" or "body.short" })
  end
  return values
end

-- ---- The tree ---------------------------------------------------------------------------------------

local function shown_number(field, value)
  if field.type == "i32" then
    local half = math.floor(value.low / 2)
    return value.low % 2 == 0 and half or -half - 1
  end
  return value.low
end

local function scaled(field, number)
  local factor, unit = field.scale:match("^([%d%.]+) ?(.*)$")
  if not factor or factor == "1" then return " " .. field.unit end
  local places = #(factor:match("%.(%d+)$") or "")
  local figure = string.format("%." .. places .. "f %s", number * tonumber(factor), unit)
  return string.format(" %s (%s)", field.unit, (figure:gsub(" +$", "")))
end

local function add_field(tree, field, value, range)
  if field.type == "u64" then
    tree:add(field.proto, range, UInt64.new(value.low, value.high)):append_text(" " .. field.unit)
    return
  end
  local number = shown_number(field, value)
  local item = tree:add(field.proto, range, number)
  if field.codes then
    if not CODES[field.codes][number] then item:append_text(" (not known)") end
  elseif field.scale ~= "-" then
    item:append_text(scaled(field, number))
  else
    item:append_text(" " .. field.unit)
  end
end

local function add_bits(tree, field, value, range)
  local names = {}
  local words = CODES[field.bits]
  for place = 0, 63 do
    local half = place < 32 and value.low or value.high
    if math.floor(half / 2 ^ (place % 32)) % 2 == 1 then
      -- The sixteen highest stand for the maker's codes from 192 on.
      local code = (field.type == "u64" and place >= 48) and place + 144 or place
      names[#names + 1] = words[code] or ("code " .. code)
    end
  end
  tree:add(range, field.name .. ": " .. (#names > 0 and table.concat(names, ", ") or "none"))
end

-- A body as the tree shows it. Fields that are left off are not shown.
local function add_body(tree, message, values, tvb)
  local group, branch
  for index, field in ipairs(message.fields) do
    local value = values[index]
    if field.since > 0 and value.from > tvb:len() - 6 then return end
    local range = tvb:range(5 + value.from, value.to - value.from)
    if field.group ~= group then
      group = field.group
      branch = group and tree:add(range, group) or tree
    end
    branch = branch or tree
    if value.bytes then
      local head = value.counted and (value.to - value.from - #value.bytes) or 0
      if #value.bytes > 0 then
        branch:add(field.proto, tvb:range(5 + value.from + head, #value.bytes))
      else
        branch:add(range, field.name .. ": empty")
      end
    else
      add_field(branch, field, value, range)
      if field.bits then add_bits(branch, field, value, range) end
    end
  end
end

-- ---- Sealed packets: ChaCha20-Poly1305 (RFC 8439) under a key from a log ----------------------------

-- The keys of the sessions in the log, one after the other.
local keys = {}

local function read_keylog(path)
  keys = {}
  local log = path ~= "" and io.open(path, "r")
  if not log then return end
  for line in log:lines() do
    local hash, to_device, to_host = line:match("^COLDCAP_SESSION (%x+) (%x+) (%x+)%s*$")
    if hash and #hash == 64 and #to_device == 64 and #to_host == 64 then
      for _, digits in ipairs({ to_device, to_host }) do
        keys[#keys + 1] = digits:gsub("..", function(pair) return string.char(tonumber(pair, 16)) end)
      end
    end
  end
  log:close()
end

coldcap.prefs.keylog = Pref.string("Key log", "", "A file with a line COLDCAP_SESSION for each session")
function coldcap.prefs_changed() read_keylog(coldcap.prefs.keylog) end

local function load(bytes, at)
  local one, two, three, four = bytes:byte(at, at + 3)
  return one + two * 2 ^ 8 + three * 2 ^ 16 + four * 2 ^ 24
end

-- Words are kept from 0 to 2^32 - 1, whatever sign the library of bits gives them.
local function word(number) return number % 2 ^ 32 end

local function turned(one, other, by)
  local mixed = word(bit.bxor(one, other))
  return (mixed * 2 ^ by) % 2 ^ 32 + math.floor(mixed / 2 ^ (32 - by))
end

local function quarter(state, a, b, c, d)
  state[a] = word(state[a] + state[b])
  state[d] = turned(state[d], state[a], 16)
  state[c] = word(state[c] + state[d])
  state[b] = turned(state[b], state[c], 12)
  state[a] = word(state[a] + state[b])
  state[d] = turned(state[d], state[a], 8)
  state[c] = word(state[c] + state[d])
  state[b] = turned(state[b], state[c], 7)
end

-- One block of the key stream.
local function block(key, counter, number)
  local start = { 0x61707865, 0x3320646E, 0x79622D32, 0x6B206574 }
  for at = 0, 7 do start[5 + at] = load(key, 1 + 4 * at) end
  start[13], start[14], start[15], start[16] = counter, 0, number, 0
  local state = {}
  for at = 1, 16 do state[at] = start[at] end
  for _ = 1, 10 do
    for at = 1, 4 do quarter(state, at, 4 + at, 8 + at, 12 + at) end
    quarter(state, 1, 6, 11, 16)
    quarter(state, 2, 7, 12, 13)
    quarter(state, 3, 8, 9, 14)
    quarter(state, 4, 5, 10, 15)
  end
  local out = {}
  for at = 1, 16 do
    local sum = word(state[at] + start[at])
    for _ = 1, 4 do
      out[#out + 1] = sum % 256
      sum = math.floor(sum / 256)
    end
  end
  return out
end

-- Ten limbs of 13 bits, so that every product and sum is exact in the numbers that Lua has.
local function limbs(bytes, top)
  local out, held, bits, at = {}, 0, 0, 1
  for place = 1, 10 do
    while bits < 13 and at <= 17 do
      held = held + (at <= 16 and bytes[at] or top) * 2 ^ bits
      bits, at = bits + 8, at + 1
    end
    out[place] = held % 8192
    held, bits = math.floor(held / 8192), bits - 13
  end
  return out
end

local function carried(sum)
  local carry = 0
  for _ = 1, 2 do
    for at = 1, 10 do
      local whole = sum[at] + carry
      sum[at], carry = whole % 8192, math.floor(whole / 8192)
    end
    carry = carry * 5
  end
  sum[1] = sum[1] + carry
end

-- Poly1305 over the header and the text, their paddings and their lengths.
local function tag_of(key, head, text)
  local clamped = {}
  for at = 1, 16 do clamped[at] = key[at] end
  for at = 4, 16, 4 do clamped[at] = clamped[at] % 16 end
  for at = 5, 16, 4 do clamped[at] = clamped[at] - clamped[at] % 4 end
  local r, sum = limbs(clamped, 0), { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
  local function padded(part) return part .. string.rep("\0", -#part % 16) end
  local function length(part) return string.char(#part) .. string.rep("\0", 7) end
  local message = padded(head) .. padded(text) .. length(head) .. length(text)
  for from = 1, #message, 16 do
    local added = limbs({ message:byte(from, from + 15) }, 1)
    for at = 1, 10 do sum[at] = sum[at] + added[at] end
    local product = {}
    for at = 1, 10 do
      local total = 0
      for other = 1, 10 do
        local place = at - other
        total = total + sum[other] * (place >= 0 and r[1 + place] or 5 * r[11 + place])
      end
      product[at] = total
    end
    carried(product)
    sum = product
  end
  carried(sum)
  local less, carry = {}, 5
  for at = 1, 10 do
    local whole = sum[at] + carry
    less[at], carry = whole % 8192, math.floor(whole / 8192)
  end
  if carry > 0 then sum = less end
  local tag, held, bits, place, over = {}, 0, 0, 1, 0
  for at = 1, 16 do
    if bits < 8 then
      held = held + sum[place] * 2 ^ bits
      bits, place = bits + 13, place + 1
    end
    local whole = held % 256 + key[16 + at] + over
    tag[at], over = string.char(whole % 256), math.floor(whole / 256)
    held, bits = math.floor(held / 256), bits - 8
  end
  return table.concat(tag)
end

local function open_by(key, packet)
  local head, text, tag = packet:sub(1, 6), packet:sub(7, -17), packet:sub(-16)
  local number = load(packet, 3)
  if tag_of(block(key, 0, number), head, text) ~= tag then return nil end
  local out, stream = {}, nil
  for at = 1, #text do
    local place = (at - 1) % 64
    if place == 0 then stream = block(key, 1 + (at - 1) / 64, number) end
    out[at] = string.char(word(bit.bxor(text:byte(at), stream[place + 1])))
  end
  return string.char(head:byte(1) - 4) .. head:sub(2) .. table.concat(out)
end

-- A sealed packet without its seal, by the first key that fits; any other as it is.
local function opened(packet)
  if #packet < 22 or math.floor(packet:byte(1) / 4) % 2 == 0 then return packet end
  for _, key in ipairs(keys) do
    local plain = open_by(key, packet)
    if plain then return plain end
  end
  return packet
end

local function header_reason(packet)
  if #packet < 6 then return "header.short" end
  local first = packet:byte(1)
  if math.floor(first / 64) ~= MAJOR then return "header.major" end
  if first % 4 ~= 0 then return "header.reserved" end
  if math.floor(first / 8) % 8 > 6 then return "header.kind" end
end

local function add_packet(tree, packet, tvb)
  local first, endpoint = packet:byte(1), packet:byte(2)
  local kind = math.floor(first / 8) % 8
  tree:add(own.kind, tvb:range(0, 1), kind)
  tree:add(own.sealed, tvb:range(0, 1), math.floor(first / 4) % 2 == 1)
  tree:add(own.endpoint, tvb:range(1, 1))
  tree:add_le(own.number, tvb:range(2, 4))
  if math.floor(first / 4) % 2 == 1 then return "body.secured" end
  local message = by_number[kind .. ":" .. endpoint] or by_number[kind .. ":any"]
  if not message then return "body.unknown_endpoint" end
  local read, values = pcall(read_body, message, packet:sub(7))
  if not read then
    if type(values) == "table" then return values.reason end
    error(values)
  end
  tree:add(own.message, tvb:range(0, 2), message.name)
  add_body(tree, message, values, tvb)
  return nil, message.name
end

-- One frame, given without its delimiter.
local function dissect_frame(range, root)
  local frame = range:raw()
  local packet, reason, length, check = open_frame(frame)
  local tree = root:add(coldcap, range)
  local name
  if packet then
    tree:add(own.length, range, length)
    tree:add(own.check, range, check)
    reason = header_reason(packet)
    if not reason then
      local plain = opened(packet)
      if plain ~= packet then
        tree:add(own.opened, range, true)
        packet = plain
      end
      local bytes = ByteArray.new(packet, true)
      reason, name = add_packet(tree, packet, bytes:tvb("coldcap packet"))
    end
  end
  tree:add(own.outcome, range, name or reason)
  tree:append_text(": " .. (name or reason))
  if reason then
    tree:add_proto_expert_info(refused, REASONS[reason])
  end
  return name or reason
end

-- Every frame that ends in `tvb`; returns how many bytes they are.
local function dissect_frames(tvb, tree, info)
  local raw = tvb:raw()
  local from = 1
  while true do
    local to = raw:find("\0", from, true)
    if not to then return from - 1 end
    if to > from then
      info[#info + 1] = dissect_frame(tvb:range(from - 1, to - from), tree)
    end
    from = to + 1
  end
end

local function columns(pinfo, info)
  pinfo.cols.protocol = "coldcap"
  pinfo.cols.info = table.concat(info, ", ")
end

-- A stream: what has no delimiter yet waits for the next segment.
function coldcap.dissector(tvb, pinfo, tree)
  local info = {}
  local used = dissect_frames(tvb, tree, info)
  if #info > 0 then columns(pinfo, info) end
  if used < tvb:len() then
    pinfo.desegment_offset = used
    pinfo.desegment_len = DESEGMENT_ONE_MORE_SEGMENT
  end
  return tvb:len()
end

DissectorTable.get("tcp.port"):add(PORT, coldcap)

-- Packets of the first user-defined encapsulation hold whole frames, the last one with its delimiter or
-- without it.
local whole = Proto("coldcap_frames", "coldcap frames")
function whole.dissector(tvb, pinfo, tree)
  local info = {}
  local used = dissect_frames(tvb, tree, info)
  if used < tvb:len() then
    info[#info + 1] = dissect_frame(tvb:range(used), tree)
  end
  columns(pinfo, info)
  return tvb:len()
end
DissectorTable.get("wtap_encap"):add(wtap.USER0, whole)
