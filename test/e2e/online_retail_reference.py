"""Sums of Online Retail straight from the file: shares nothing with nextcart but the definition of a window.

    online_retail_reference.py FILE DAYS...     one JSON object: lines, kept, last (epoch ms), windows by days, buyers

A window of d days at the last line's time T holds the lines with T − d < time <= T. A line is kept unless its price is
negative; an item is its stock code in upper case; a negative quantity is a return. Money in ten-thousandths.
"""

import csv
import gzip
import json
import sys
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from decimal import Decimal

path, days = sys.argv[1], [int(d) for d in sys.argv[2:]]
opened = gzip.open(path, "rt", newline="") if path.endswith(".gz") else open(path, newline="")
lines = []
with opened as file:
    for row in csv.DictReader(file):
        text = row["InvoiceDate"]
        for form in ("%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%y %H:%M"):
            try:
                time = datetime.strptime(text, form).replace(tzinfo=timezone.utc)
                break
            except ValueError:
                continue
        lines.append((time, row["StockCode"].strip().upper(), int(row["Quantity"]), Decimal(row["UnitPrice"]), row["CustomerID"]))

kept = [line for line in lines if line[3] >= 0]
last = max(line[0] for line in lines)
windows = {}
for d in days:
    items = defaultdict(lambda: {"purchases": 0, "returns": 0, "quantity": 0, "returnedQuantity": 0, "gross": 0, "back": 0})
    for time, item, quantity, price, _ in kept:
        if not last - timedelta(days=d) < time <= last:
            continue
        sums = items[item]
        units = int(price * abs(quantity) * 10000)
        if quantity < 0:
            sums["returns"] += 1
            sums["returnedQuantity"] -= quantity
            sums["back"] += units
        else:
            sums["purchases"] += 1
            sums["quantity"] += quantity
            sums["gross"] += units
    windows[d] = items
buyers = Counter(customer.removesuffix(".0") for _, _, quantity, _, customer in kept if customer and quantity > 0)
print(
    json.dumps(
        {
            "lines": len(lines),
            "kept": len(kept),
            "last": int(last.timestamp() * 1000),
            "windows": windows,
            "buyers": [name for name, _ in buyers.most_common(3)],
        }
    )
)
