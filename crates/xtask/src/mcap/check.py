"""Reads an exported recording with the library of MCAP's makers and compares it with the CSV of the same one."""

import csv
import json
import sys

from mcap.reader import make_reader


def check(mcap_path, csv_path):
    with open(csv_path, newline="") as file:
        rows = list(csv.DictReader(file))
    with open(mcap_path, "rb") as file:
        reader = make_reader(file, validate_crcs=True)
        summary = reader.get_summary()
        counts = {
            channel.topic: summary.statistics.channel_message_counts[number]
            for number, channel in summary.channels.items()
        }
        for schema in summary.schemas.values():
            assert schema.encoding == "jsonschema" and json.loads(schema.data)["type"] == "object"
        seconds, read, about = {}, {}, set()
        for _, channel, message in reader.iter_messages():
            read[channel.topic] = read.get(channel.topic, 0) + 1
            body = json.loads(message.data)
            if channel.topic == "/channel/0/status":
                assert message.log_time == round(body["time_s"] * 1e9), message
                seconds[int(body["time_s"])] = body
            if channel.topic == "/events":
                about.add((body["name"], body["about"]))
        assert read == {topic: count for topic, count in counts.items() if count}, (read, counts)
        metadata = {record.name: record.metadata for record in reader.iter_metadata()}
        assert metadata["coldcap"]["origin"] == "simulated"
    for event in [("alarm_rose", "flow_lost"), ("phase", "infusing"), ("ended", "completed")]:
        assert event in about, (event, about)
    names = ["supply_c", "return_c", "front_c", "rear_c", "safety_c", "target_c", "flow_ml_min"]
    for row in rows:
        body = seconds[int(float(row["time_s"]))]
        assert body["phase"] == row["phase"], (row, body)
        for name in names:
            known = row[name] != ""
            assert (body[name] is not None) == known, (name, row, body)
            assert not known or abs(body[name] - float(row[name])) < 0.06, (name, row, body)
    assert len(rows) == len(seconds) > 0
    total = sum(counts.values())
    print(f"{total} messages in {summary.statistics.chunk_count} chunks, {len(rows)} seconds agree")


check(sys.argv[1], sys.argv[2])
