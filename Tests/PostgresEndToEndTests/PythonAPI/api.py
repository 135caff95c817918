#!/usr/bin/env python3
"""A small payments API: customers, orders, payments, refunds.

    DATABASE_URL=postgresql://localhost/payments PORT=8000 ./api.py

Needs psycopg 3.1 and psycopg_pool. Makes its tables when they are missing. API_DEFECT switches on one of DEFECTS,
for exercising a test suite.
"""

import json
import os
import re
import sys
from decimal import Decimal, InvalidOperation
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from psycopg import errors
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

DEFECTS = ("", "check-elsewhere", "no-rollback", "forgotten-commit")
DEFECT = os.environ.get("API_DEFECT", "")

SCHEMA = """
CREATE TABLE customers (
    id SERIAL PRIMARY KEY,
    token UUID NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    email TEXT NOT NULL UNIQUE,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE orders (
    id SERIAL PRIMARY KEY,
    reference UUID NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    amount NUMERIC(12, 2) NOT NULL CHECK (amount > 0),
    currency CHAR(3) NOT NULL,
    status TEXT NOT NULL DEFAULT 'pending'
        CHECK (status IN ('pending', 'paid', 'captured', 'refunded', 'canceled')),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE payments (
    id SERIAL PRIMARY KEY,
    token UUID NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    order_id INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    amount NUMERIC(12, 2) NOT NULL,
    captured BOOLEAN NOT NULL DEFAULT false,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE refunds (
    id SERIAL PRIMARY KEY,
    payment_id INTEGER NOT NULL REFERENCES payments (id) ON DELETE CASCADE,
    amount NUMERIC(12, 2) NOT NULL CHECK (amount > 0),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

-- Who moved how much money when. Outlives what it tells of.
CREATE TABLE audit_log (
    id BIGSERIAL PRIMARY KEY,
    entity TEXT NOT NULL,
    entity_id INTEGER NOT NULL,
    event TEXT NOT NULL,
    amount NUMERIC(12, 2) NOT NULL,
    actor TEXT NOT NULL DEFAULT current_user,
    at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
);

CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END $$;

CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_log (entity, entity_id, event, amount) VALUES (TG_TABLE_NAME, NEW.id, TG_OP, NEW.amount);
    RETURN NULL;
END $$;

CREATE TRIGGER touched BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER touched BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER touched BEFORE UPDATE ON payments FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER audited AFTER INSERT OR UPDATE ON payments FOR EACH ROW EXECUTE FUNCTION audit();
CREATE TRIGGER audited AFTER INSERT OR UPDATE ON refunds FOR EACH ROW EXECUTE FUNCTION audit();
"""


class Refused(Exception):
    """The request can't be done; what it did so far is rolled back."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


pool: ConnectionPool
# Connections that were taken and not given back; one that nobody refers to would be closed, and rolled back.
unfinished = {}


def create_customer(body):
    with pool.connection() as connection:
        try:
            customer = connection.execute(
                "INSERT INTO customers (email) VALUES (%s) RETURNING id, token, email", [body["email"]]
            ).fetchone()
        except errors.UniqueViolation:
            raise Refused(409, "this email is taken") from None
    return 201, customer


def delete_customer(body, customer_id):
    with pool.connection() as connection:
        deleted = connection.execute("DELETE FROM customers WHERE id = %s", [int(customer_id)])
        if deleted.rowcount == 0:
            raise Refused(404, "no such customer")
    return 204, None


def create_order(body):
    with pool.connection() as connection:
        try:
            order = connection.execute(
                "INSERT INTO orders (customer_id, amount, currency) VALUES (%s, %s, %s) RETURNING reference",
                [body["customer_id"], amount_of(body), body["currency"]],
            ).fetchone()
        except errors.ForeignKeyViolation:
            raise Refused(422, "no such customer") from None
        return 201, shown(connection, order["reference"])


def get_order(body, reference):
    with pool.connection() as connection:
        return 200, shown(connection, reference)


def delete_order(body, reference):
    with pool.connection() as connection:
        order = locked(connection, reference)
        if order["status"] not in ("pending", "canceled"):
            raise Refused(409, "money was moved for this order")
        connection.execute("DELETE FROM orders WHERE id = %s", [order["id"]])
    return 204, None


def pay(body, reference):
    with pool.connection() as connection:
        payment = connection.execute(
            "INSERT INTO payments (order_id, amount) SELECT id, amount FROM orders WHERE reference = %s RETURNING id",
            [reference],
        ).fetchone()
        if payment is None:
            raise Refused(404, "no such order")
        paid = connection.execute(
            "UPDATE orders SET status = 'paid' WHERE reference = %s AND status = 'pending'", [reference]
        )
        if paid.rowcount == 0:
            if DEFECT == "no-rollback":
                connection.execute("DELETE FROM payments WHERE id = %s", [payment["id"]])
                return 409, {"error": "the order is not pending"}
            raise Refused(409, "the order is not pending")
        return 200, shown(connection, reference)


def capture(body, reference):
    with pool.connection() as connection:
        order = locked(connection, reference)
        if order["status"] != "paid":
            raise Refused(409, "the order is not paid")
        with connection.transaction():
            connection.execute("UPDATE payments SET captured = true WHERE order_id = %s", [order["id"]])
            connection.execute("UPDATE orders SET status = 'captured' WHERE id = %s", [order["id"]])
        return 200, shown(connection, reference)


def cancel(body, reference):
    if DEFECT == "forgotten-commit":
        connection = unfinished[reference] = pool.getconn()
    else:
        with pool.connection() as connection:
            return canceled(connection, reference)
    return canceled(connection, reference)


def canceled(connection, reference):
    changed = connection.execute(
        "UPDATE orders SET status = 'canceled' WHERE reference = %s AND status = 'pending'"
        " RETURNING reference, status, 0.00 AS refunded",
        [reference],
    )
    order = changed.fetchone()
    if order is None:
        raise Refused(409, "the order is not pending")
    return 200, order


def refund(body, reference):
    amount = amount_of(body)
    with pool.connection() as connection:
        order = locked(connection, reference)
        if order["status"] != "captured":
            raise Refused(409, "the order is not captured")
        connection.execute(
            "INSERT INTO refunds (payment_id, amount) SELECT id, %s FROM payments WHERE order_id = %s",
            [amount, order["id"]],
        )
        if DEFECT == "check-elsewhere":
            with pool.connection() as other:
                refunded = refunded_of(other, order["id"])
        else:
            refunded = refunded_of(connection, order["id"])
        if refunded > order["amount"]:
            raise Refused(409, "more than was paid")
        if refunded == order["amount"]:
            connection.execute("UPDATE orders SET status = 'refunded' WHERE id = %s", [order["id"]])
        return 200, shown(connection, reference)


def locked(connection, reference):
    order = connection.execute("SELECT * FROM orders WHERE reference = %s FOR UPDATE", [reference]).fetchone()
    if order is None:
        raise Refused(404, "no such order")
    return order


def refunded_of(connection, order_id):
    return connection.execute(
        "SELECT coalesce(sum(r.amount), 0) AS total FROM refunds r JOIN payments p ON p.id = r.payment_id"
        " WHERE p.order_id = %s",
        [order_id],
    ).fetchone()["total"]


def shown(connection, reference):
    order = connection.execute(
        "SELECT id, reference, customer_id, amount, currency, status, created_at, updated_at FROM orders"
        " WHERE reference = %s",
        [reference],
    ).fetchone()
    if order is None:
        raise Refused(404, "no such order")
    order["refunded"] = refunded_of(connection, order.pop("id"))
    return order


def amount_of(body):
    try:
        return Decimal(body["amount"])
    except InvalidOperation:
        raise Refused(422, "the amount is no number") from None


ROUTES = [
    ("POST", r"/customers", create_customer),
    ("DELETE", r"/customers/(\d+)", delete_customer),
    ("POST", r"/orders", create_order),
    ("GET", r"/orders/([0-9a-f-]{36})", get_order),
    ("DELETE", r"/orders/([0-9a-f-]{36})", delete_order),
    ("POST", r"/orders/([0-9a-f-]{36})/pay", pay),
    ("POST", r"/orders/([0-9a-f-]{36})/capture", capture),
    ("POST", r"/orders/([0-9a-f-]{36})/cancel", cancel),
    ("POST", r"/orders/([0-9a-f-]{36})/refunds", refund),
]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        text = self.rfile.read(length)
        try:
            status, answer = self.routed(json.loads(text) if text else {})
        except Refused as refusal:
            status, answer = refusal.status, {"error": str(refusal)}
        except KeyError as missing:
            status, answer = 422, {"error": f"{missing.args[0]} is missing"}
        except Exception as error:  # pylint: disable=broad-except
            self.log_error("%r", error)
            status, answer = 500, {"error": "internal error"}
        self.answer(status, answer)

    do_GET = do_POST = do_DELETE = handle_any

    def routed(self, body):
        for method, pattern, action in ROUTES:
            found = re.fullmatch(pattern, self.path)
            if method == self.command and found:
                return action(body, *found.groups())
        raise Refused(404, "no such resource")

    def answer(self, status, value):
        payload = b"" if value is None else json.dumps(value, default=str).encode()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_request(self, code="-", size="-"):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True


def main():
    global pool
    if DEFECT not in DEFECTS:
        sys.exit(f"API_DEFECT must be one of {', '.join(DEFECTS[1:])}")
    pool = ConnectionPool(
        os.environ["DATABASE_URL"],
        min_size=3,
        max_size=6,
        kwargs={"row_factory": dict_row, "application_name": "payments-api"},
    )
    with pool.connection() as connection:
        if connection.execute("SELECT to_regclass('customers') AS found").fetchone()["found"] is None:
            connection.execute(SCHEMA)
    server = Server(("127.0.0.1", int(os.environ.get("PORT", "8000"))), Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
