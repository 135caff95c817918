"""VenomQA's payment tutorial (its page "Testing Payment Flows"), made to run with VenomQA 0.6.4 on the orders service.

Actions, their conditions, invariants and what makes up a state are the tutorial's. Three things had to change: an
action must not return None in this version, so the tutorial's conditions stand in `precondition`; the limit of depth
it gives does not exist; and PostgreSQL's adapter is left out, for the service under test keeps SQLite. What stays is
the mode that VenomQA calls context-based: the tester's context is taken back between branches, the service's data is
not.
"""

import argparse
from decimal import Decimal

import venomqa_report
from venomqa import BFS, Action, Agent, Invariant, Severity, World
from venomqa.adapters.http import HttpClient

NOTHING = Decimal("0")


def create_order(api, context):
    reply = api.post("/orders", json={"amount": "100.00", "currency": "USD", "customer_id": "cust_123"})
    if reply.status_code == 201:
        order = reply.json()
        context.set("order_id", order["id"])
        context.set("order_amount", Decimal(order["amount"]))
        context.set("order_status", order["status"])
        context.set("total_refunded", NOTHING)
    return reply


def change(verb):
    """A request without a body that moves the order to another state."""

    def send(api, context):
        reply = api.post("/orders/%s/%s" % (context.get("order_id"), verb))
        if reply.status_code == 200:
            context.set("order_status", reply.json()["status"])
        return reply

    return send


def refund_order(api, context):
    reply = api.post("/orders/%s/refund" % context.get("order_id"))
    if reply.status_code == 200:
        order = reply.json()
        context.set("order_status", order["status"])
        context.set("total_refunded", context.get("total_refunded", NOTHING) + Decimal(order["refunded_amount"]))
    return reply


def partial_refund(api, context):
    reply = api.post("/orders/%s/refund" % context.get("order_id"), json={"amount": "25.00"})
    if reply.status_code == 200:
        context.set("total_refunded", context.get("total_refunded", NOTHING) + Decimal("25.00"))
    return reply


def status_is(*allowed):
    return lambda ctx: ctx.get("order_id") is not None and ctx.get("order_status") in allowed


ACTIONS = [
    Action("create_order", create_order),
    Action("pay_order", change("pay"), precondition=status_is("pending")),
    Action("refund_order", refund_order, precondition=status_is("paid", "captured")),
    Action("partial_refund", partial_refund, precondition=status_is("paid", "captured")),
    Action("cancel_order", change("cancel"), precondition=status_is("pending")),
    Action("capture_order", change("capture"), precondition=status_is("paid")),
]


def no_over_refund(world):
    return world.context.get("total_refunded", NOTHING) <= world.context.get("order_amount", NOTHING)


def no_refund_after_cancel(world):
    return world.context.get("order_status") != "canceled" or not world.context.get("total_refunded", NOTHING)


def status_consistency(world):
    number = world.context.get("order_id")
    if number is None:
        return True
    reply = world.api.get("/orders/%s" % number)
    return reply.status_code != 200 or reply.json()["status"] == world.context.get("order_status")


INVARIANTS = [
    Invariant("no_over_refund", no_over_refund, Severity.CRITICAL),
    Invariant("no_refund_after_cancel", no_refund_after_cancel, Severity.CRITICAL),
    Invariant("status_consistency", status_consistency, Severity.HIGH),
    Invariant("no_500_errors", lambda world: world.context.get("last_status", 200) < 500, Severity.CRITICAL),
]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("out", help="where to write what came of it, as JSON")
    chosen = parser.parse_args()
    world = World(api=HttpClient(chosen.url), state_from_context=["order_id", "order_status"])
    agent = Agent(world=world, actions=ACTIONS, invariants=INVARIANTS, strategy=BFS(), max_steps=200)
    venomqa_report.explore(agent, chosen.out)


if __name__ == "__main__":
    main()
