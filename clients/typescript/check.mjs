// The check of coldcap_wire.mjs: reads lines of hexadecimal digits, prints what came out of the bytes.
//
//     node check.mjs [MODULE [KEYLOG]] < frames.txt
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const module = process.argv[2] ? pathToFileURL(process.argv[2]).href : "./coldcap_wire.mjs";
const wire = await import(module);
const sessions = process.argv[3] ? wire.readKeylog(readFileSync(process.argv[3], "ascii")) : [];

/** A value as the vectors have it: numbers of 64 bits and bytes are strings. */
function plain(value) {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
  }
  return value;
}

function shown(given) {
  const packet = wire.opened(given, sessions);
  let read;
  try {
    read = wire.decode(packet);
  } catch (error) {
    if (error instanceof wire.WireError) return error.reason;
    throw error;
  }
  const frame = wire.encode(read.message, read.fields, read.number, read.endpoint);
  const [again] = new wire.Deframer().feed(frame);
  if (Buffer.compare(Buffer.from(again), Buffer.from(packet)) !== 0) {
    throw new Error("a message that was read is not written again as it was");
  }
  const names = wire.written(read.message, read.fields);
  const fields = Object.fromEntries(names.map((name) => [name, plain(read.fields[name])]));
  return JSON.stringify({ ...read, fields });
}

const lines = readFileSync(0, "utf8").split("\n").slice(0, -1);
for (const line of lines) {
  const outcomes = new wire.Deframer().feed(Buffer.from(line, "hex"));
  const texts = outcomes.map((outcome) => (outcome instanceof wire.WireError ? outcome.reason : shown(outcome)));
  process.stdout.write(`${texts.join(";")}\n`);
}
