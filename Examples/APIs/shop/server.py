#!/usr/bin/env python3
"""A small shop with logins and roles, on SQLite: the standard library is all it needs.

    python3 server.py --port 8080 --database shop-test.sqlite
    curl -d '{"user": "alice", "password": "wonderland"}' http://127.0.0.1:8080/login

Customers create and pay orders and see their own; support refunds and cancels. Each request has a database connection of
its own and is committed before it is answered. --bug, or else the environment variable SHOP_BUG, switches on one of BUGS,
for seeing what a test finds.
"""

import argparse
import json
import os
import re
import sqlite3
import uuid
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BUGS = {
    "customer-can-refund": "Nobody asks whose role it is that refunds.",
    "foreign-order-visible": "A customer sees the orders of others.",
    "refund-twice": "What was refunded is refunded again.",
}

SCHEMA = """
CREATE TABLE IF NOT EXISTS users (name TEXT PRIMARY KEY, password TEXT NOT NULL, role TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sessions (
    user TEXT PRIMARY KEY REFERENCES users (name), token TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT, customer TEXT NOT NULL REFERENCES users (name), item TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0), status TEXT NOT NULL, created_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS refunds (
    id INTEGER PRIMARY KEY AUTOINCREMENT, order_id INTEGER NOT NULL REFERENCES orders (id), amount INTEGER NOT NULL,
    refunded_by TEXT NOT NULL REFERENCES users (name), created_at TEXT NOT NULL);
INSERT OR IGNORE INTO users VALUES
    ('alice', 'wonderland', 'customer'), ('carol', 'christmas', 'customer'), ('bob', 'builder', 'support');
"""

# In minor units.
PRICES = {"book": 2500, "lamp": 9900}


class Refused(Exception):
    """The request is not allowed; nothing of it stays."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def login(shop, body):
    user = shop.execute(
        "SELECT * FROM users WHERE name = ? AND password = ?", [str(body.get("user")), str(body.get("password"))]
    ).fetchone()
    if user is None:
        raise Refused(401, "unknown user or wrong password")
    # One session for each user: who logs in again has the earlier token taken away.
    token = str(uuid.uuid4())
    shop.execute("INSERT OR REPLACE INTO sessions VALUES (?, ?, datetime('now'))", [user["name"], token])
    return 200, {"token": token, "role": user["role"]}


def create_order(shop, user, body):
    require(user, "customer")
    item = body.get("item")
    if item not in PRICES:
        raise Refused(422, f"item must be one of {', '.join(PRICES)}")
    order = shop.execute(
        "INSERT INTO orders (customer, item, amount, status, created_at) VALUES (?, ?, ?, 'new', datetime('now'))",
        [user["name"], item, PRICES[item]],
    )
    return 201, shown(shop, order.lastrowid)


def show_order(shop, user, order):
    return 200, shown(shop, order["id"])


def pay_order(shop, user, order):
    require(user, "customer")
    return move(shop, order, "paid", allowed=["new"])


def cancel_order(shop, user, order):
    require(user, "support")
    return move(shop, order, "canceled", allowed=["new"])


def refund_order(shop, user, order):
    if BUG != "customer-can-refund":
        require(user, "support")
    allowed = ["paid", "refunded"] if BUG == "refund-twice" else ["paid"]
    answer = move(shop, order, "refunded", allowed)
    shop.execute(
        "INSERT INTO refunds (order_id, amount, refunded_by, created_at) VALUES (?, ?, ?, datetime('now'))",
        [order["id"], order["amount"], user["name"]],
    )
    return answer


def require(user, role):
    if user["role"] != role:
        raise Refused(403, f"this is for {role}")


def move(shop, order, status, allowed):
    if order["status"] not in allowed:
        raise Refused(409, f"the order is {order['status']}")
    shop.execute("UPDATE orders SET status = ? WHERE id = ?", [status, order["id"]])
    return 200, shown(shop, order["id"])


def shown(shop, number):
    return dict(shop.execute("SELECT id, customer, item, amount, status FROM orders WHERE id = ?", [number]).fetchone())


def found(shop, user, number):
    order = shop.execute("SELECT * FROM orders WHERE id = ?", [number]).fetchone()
    is_foreign = order is not None and user["role"] == "customer" and order["customer"] != user["name"]
    if order is None or is_foreign and BUG != "foreign-order-visible":
        raise Refused(404, "no such order")
    return order


def authenticated(shop, header):
    token = re.fullmatch("Bearer (.+)", header or "")
    user = token and shop.execute(
        "SELECT users.* FROM users JOIN sessions ON user = name WHERE token = ?", [token[1]]
    ).fetchone()
    if not user:
        raise Refused(401, "log in first")
    return user


OF_AN_ORDER = {
    ("GET", ""): show_order,
    ("POST", "/pay"): pay_order,
    ("POST", "/cancel"): cancel_order,
    ("POST", "/refund"): refund_order,
}


def answer(shop, method, path, header, body):
    """The status and the body of the answer."""
    if (method, path) == ("GET", "/health"):
        return 200, {"status": "ok"}
    if (method, path) == ("POST", "/login"):
        return login(shop, body)
    user = authenticated(shop, header)
    if (method, path) == ("POST", "/orders"):
        return create_order(shop, user, body)
    parts = re.fullmatch(r"/orders/(\d{1,18})(/\w+)?", path)
    action = parts and OF_AN_ORDER.get((method, parts[2] or ""))
    if not action:
        raise Refused(404, "no such resource")
    return action(shop, user, found(shop, user, int(parts[1])))


def connected():
    shop = sqlite3.connect(DATABASE, timeout=5, isolation_level=None)
    shop.row_factory = sqlite3.Row
    shop.execute("PRAGMA foreign_keys = ON")
    shop.execute("PRAGMA synchronous = OFF")
    return shop


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # The head and the body of an answer go out together.
    wbufsize = -1

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with closing(connected()) as shop:
            shop.execute("BEGIN IMMEDIATE")
            try:
                status, reply = self.answered(shop, body)
                shop.execute("COMMIT")
            except Refused as refusal:
                shop.execute("ROLLBACK")
                status, reply = refusal.status, {"error": str(refusal)}
        self.reply(status, reply)

    do_POST = do_GET

    def answered(self, shop, text):
        try:
            body = json.loads(text or b"{}")
        except ValueError:
            raise Refused(400, "the body is no JSON") from None
        if not isinstance(body, dict):
            raise Refused(400, "the body is no object")
        return answer(shop, self.command, self.path, self.headers.get("Authorization"), body)

    def reply(self, status, reply):
        text = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *arguments):
        pass


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--port", type=int, default=8080, help="0 for any free one")
    options.add_argument("--database", default="shop-test.sqlite")
    options.add_argument("--bug", choices=BUGS, default=os.environ.get("SHOP_BUG"))
    chosen = options.parse_args()
    BUG, DATABASE = chosen.bug, chosen.database
    with closing(connected()) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript(SCHEMA)
    server = ThreadingHTTPServer(("127.0.0.1", chosen.port), Handler)
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
