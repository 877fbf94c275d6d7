"""A shop that knows nothing of nextcart but its topics: confluent-kafka, fastavro and the registry's HTTP API.

    shop_client.py send BROKERS REGISTRY      events as JSON lines on stdin, one topic record each
    shop_client.py read BROKERS REGISTRY KEY SECONDS [ITEM]
        prints KEY's newest list as JSON; waits at most SECONDS, until it holds ITEM where one is named
"""

import io
import json
import sys
import time
import urllib.request
from decimal import Decimal

import fastavro
from confluent_kafka import Consumer, Producer, TopicPartition

EVENTS, LISTS = "behaviour-events.v1", "recommendations.v1"


def get(registry, path):
    with urllib.request.urlopen(registry + path, timeout=10) as answer:
        return json.load(answer)


def send(brokers, registry):
    found = get(registry, f"/subjects/{EVENTS}-value/versions/latest")
    schema = fastavro.parse_schema(json.loads(found["schema"]))
    producer = Producer({"bootstrap.servers": brokers, "acks": "all", "linger.ms": 0})
    failed = []
    for line in sys.stdin:
        event = json.loads(line)
        if event.get("amount") is not None:
            event["amount"] = Decimal(event["amount"])
        body = io.BytesIO()
        body.write(b"\0" + found["id"].to_bytes(4, "big"))
        fastavro.schemaless_writer(body, schema, event)
        key = event.get("userId") or event["visitorId"]
        if event["eventType"] == "identify":
            key = event["visitorId"]
        producer.produce(EVENTS, body.getvalue(), key, on_delivery=lambda error, _: error and failed.append(str(error)))
    producer.flush(30)
    if failed:
        sys.exit("not delivered: " + failed[0])


def read(brokers, registry, key, seconds, item=None):
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "shop-client", "enable.auto.commit": False})
    partitions = consumer.list_topics(LISTS, timeout=10).topics[LISTS].partitions
    places = [TopicPartition(LISTS, p, 0) for p in partitions]
    consumer.assign(places)
    # older lists of the key may still be there, so all that the topic holds now is read before one is believed
    unread = {p.partition: consumer.get_watermark_offsets(p, timeout=10)[1] for p in places}
    unread = {partition: end for partition, end in unread.items() if end > 0}
    schemas, newest = {}, None
    ends = time.monotonic() + float(seconds)
    while time.monotonic() < ends:
        if not unread and newest is not None and (item is None or any(i["itemId"] == item for i in newest["items"])):
            break
        record = consumer.poll(0.2)
        if record is None or record.error():
            continue
        if record.offset() + 1 >= unread.get(record.partition(), float("inf")):
            del unread[record.partition()]
        if record.key() != key.encode():
            continue
        value = record.value()
        if value is None:
            newest = None
            continue
        schema_id = int.from_bytes(value[1:5], "big")
        if schema_id not in schemas:
            schemas[schema_id] = fastavro.parse_schema(json.loads(get(registry, f"/schemas/ids/{schema_id}")["schema"]))
        found = fastavro.schemaless_reader(io.BytesIO(value[5:]), schemas[schema_id], None)
        if newest is None or found["triggerOffset"] >= newest["triggerOffset"]:
            newest = found
    consumer.close()
    print(json.dumps(newest, default=str))


if __name__ == "__main__":
    {"send": send, "read": read}[sys.argv[1]](*sys.argv[2:])
