"""The payments exploration for VenomQA 0.6.4, as well as we could write it.

The same actions, invariants and state diagram as Rewind's exploration, and its laws written out, in VenomQA's idiom: an
action has a precondition only where the request could not be formed; what is allowed is a table; invariants look at the
context, the API and the database. The database is taken back by VenomQA's SQLite adapter, which copies the file.
"""

import argparse
from decimal import Decimal

import venomqa_report
from venomqa import BFS, Action, Agent, Invariant, Severity, SQLiteAdapter, World
from venomqa.adapters.http import HttpClient

KEY = {"Idempotency-Key": "key-1"}
ORDER = {"amount": "100.00", "currency": "USD", "customer_id": "cust_123"}

# The diagram: from which status an action is accepted. What is not here must be refused.
ALLOWED = {
    "create_order": {None},
    "pay_order": {"pending"},
    "cancel_order": {"pending"},
    "expire_order": {"pending"},
    "capture_order": {"paid"},
    "refund_order": {"paid", "captured"},
    "partial_refund": {"paid", "captured"},
}


def minor(decimal):
    return int(Decimal(decimal) * 100)


class Payments:
    """The actions and invariants, with what they share."""

    def __init__(self, database):
        self.database = database

    def content(self):
        """What the database says of orders and refunds, all of it."""
        return (
            [tuple(row) for row in self.database.execute("SELECT * FROM orders ORDER BY id")],
            [tuple(row) for row in self.database.execute("SELECT * FROM refunds ORDER BY id")])

    # Actions

    def sending(self, name, send, learn):
        """An action: sends, notes what the answer means, and what it says."""

        def execute(api, context):
            status, before = context.get("status"), self.content()
            reply = send(api, context)
            # `expire_order` is accepted when it says that this order has expired.
            is_accepted = reply.ok and (name != "expire_order" or context.get("order_id") in reply.json()["expired"])
            context.set("broken_law", self.broken_law(name, reply, before))
            if name in ALLOWED:
                context.set("off_diagram", is_accepted != (status in ALLOWED[name]) and not self.is_open(reply, name))
            if is_accepted:
                learn(context, reply.json())
            return reply

        return execute

    @staticmethod
    def is_open(reply, name):
        # Whether an amount is accepted depends on more than the status; the invariants judge it.
        return name == "partial_refund" and not reply.ok

    def broken_law(self, name, reply, before):
        if reply.status_code >= 500 or reply.status_code == 0:
            return "no_server_error"
        if name == "get_order" and self.content() != before:
            return "safe_requests_change_nothing"
        if not reply.ok and self.content() != before:
            return "refused_requests_change_nothing"
        return None

    def changing(self, name, verb, body=None):
        def learn(context, order):
            context.set("status", order["status"])
            context.set("captured", minor(order["captured_amount"]))
            if verb == "refund":
                amount = order.get("refund_amount") or order["amount"]
                context.set("refunded", context.get("refunded") + minor(amount))

        def send(api, context):
            return api.post("/orders/%s/%s" % (context.get("order_id"), verb), json=body)

        return self.sending(name, send, learn)

    def actions(self):
        def created(context, order):
            context.set("order_id", order["id"])
            context.set("status", order["status"])
            context.set("amount", minor(order["amount"]))
            context.set("captured", minor(order["captured_amount"]))
            context.set("refunded", 0)

        def create(api, context):
            return api.post("/orders", json=ORDER, headers=KEY)

        def expired(context, _):
            context.set("status", "expired")

        def expire(api, context):
            context.set("time_passed", True)
            return api.post("/clock/advance", json={"seconds": 1800})

        def get(api, context):
            return api.get("/orders/%s" % context.get("order_id"))

        def has_order(ctx):
            return ctx.get("order_id") is not None

        all_actions = [
            Action("create_order", self.sending("create_order", create, created),
                   precondition=lambda ctx: ctx.get("order_id") is None),
            Action("pay_order", self.changing("pay_order", "pay"), precondition=has_order),
            Action("capture_order", self.changing("capture_order", "capture"), precondition=has_order),
            Action("cancel_order", self.changing("cancel_order", "cancel"), precondition=has_order),
            Action("refund_order", self.changing("refund_order", "refund"), precondition=has_order),
            Action("expire_order", self.sending("expire_order", expire, expired),
                   precondition=lambda ctx: ctx.get("order_id") is not None and not ctx.get("time_passed")),
            Action("get_order", self.sending("get_order", get, lambda context, order: None), precondition=has_order),
            Action("same_again", self.sending(
                "same_again", create, lambda context, order: context.set("repeated_id", order["id"])),
                precondition=has_order),
        ]
        for amount in ["25.00", "30.00", "99.99", "100.01", "-25.00"]:
            name = "partial_refund_%s" % amount
            execute = self.changing("partial_refund", "refund", {"amount": amount})
            all_actions.append(Action(name, execute, precondition=has_order))
        return all_actions

    # Invariants

    def refunds_in_database(self, world):
        number = world.context.get("order_id")
        row = self.database.execute(
            "SELECT refunded_minor, (SELECT coalesce(sum(amount_minor), 0) FROM refunds WHERE order_id = orders.id)"
            " FROM orders WHERE id = ?", (number,))
        return [tuple(cells) for cells in row] == [(world.context.get("refunded"),) * 2]

    def status_consistency(self, world):
        reply = world.api.get("/orders/%s" % world.context.get("order_id"))
        return reply.ok and reply.json()["status"] == world.context.get("status")

    def invariants(self):
        def once_created(check):
            return lambda world: world.context.get("order_id") is None or check(world)

        def of_context(check):
            return once_created(lambda world: check(world.context.get))

        critical, high = Severity.CRITICAL, Severity.HIGH
        return [
            Invariant("no_over_refund", of_context(lambda get: get("refunded") <= get("amount")), critical),
            Invariant("refunds_are_positive", lambda world: not self.database.execute(
                "SELECT id FROM refunds WHERE amount_minor <= 0"), critical),
            Invariant("no_refund_after_cancel", of_context(
                lambda get: get("status") != "canceled" or get("refunded") == 0), critical),
            Invariant("no_capture_after_refund", of_context(
                lambda get: get("status") != "captured" or get("refunded") != get("amount")), critical),
            Invariant("no_over_capture", of_context(lambda get: get("captured") <= get("amount")), critical),
            Invariant("refunded_means_all", of_context(
                lambda get: get("status") != "refunded" or get("refunded") == get("amount")), high),
            Invariant("status_consistency", once_created(self.status_consistency), high),
            Invariant("refunds_in_database", once_created(self.refunds_in_database), critical),
            Invariant("state_machine", lambda world: not world.context.get("off_diagram"), high),
            Invariant("laws", lambda world: world.context.get("broken_law") is None, critical),
            Invariant("the_same_order_again", lambda world: world.context.get("repeated_id")
                      in (None, world.context.get("order_id")), critical),
        ]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("database")
    parser.add_argument("out", help="where to write what came of it, as JSON")
    parser.add_argument("--context-only", action="store_true", help="take back the tester's context, and no data")
    parser.add_argument("--max-steps", type=int, default=2000)
    chosen = parser.parse_args()
    database = SQLiteAdapter(chosen.database, observe_tables=["orders", "refunds"])
    payments = Payments(database)
    world = World(
        api=HttpClient(chosen.url), systems={} if chosen.context_only else {"db": database},
        state_from_context=["order_id", "status", "captured", "refunded", "time_passed", "repeated_id"])
    agent = Agent(
        world=world, actions=payments.actions(), invariants=payments.invariants(), strategy=BFS(),
        max_steps=chosen.max_steps)
    venomqa_report.explore(agent, chosen.out)


if __name__ == "__main__":
    main()
