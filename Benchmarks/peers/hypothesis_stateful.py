"""The payments exploration as a state machine of Hypothesis.

The same requests, invariants and state diagram as Rewind's exploration, and its laws written out, in Hypothesis's
idiom: rules send requests and compare the answer with a model; invariants look at the API and the database. Settings are
Hypothesis's defaults (100 examples of up to 50 steps), except that there is no deadline for a step, nothing is
remembered between runs, and the seed is given. Each example begins with a new order; nothing is taken back.
"""

import argparse
import json
import sqlite3
import time
import uuid
from decimal import Decimal

import hypothesis.strategies as st
import requests
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import (
    RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test)

ORDER = {"amount": "100.00", "currency": "USD", "customer_id": "cust_123"}


class Broken(AssertionError):
    """What must hold does not; the rule's name comes first."""


def must(holds, rule_name, message=""):
    if not holds:
        raise Broken("%s: %s" % (rule_name, message))


def minor(decimal):
    return int(Decimal(decimal) * 100)


class Payments(RuleBasedStateMachine):
    url = database = None
    session = requests.Session()
    steps = 0

    @initialize()
    def create_order(self):
        self.key = str(uuid.uuid4())
        self.content_query = sqlite3.connect("file:%s?mode=ro" % self.database, uri=True)
        self.order_id, self.time_passed = None, False
        order = self.send("POST", "/orders", json=ORDER, headers={"Idempotency-Key": self.key}).json()
        self.order_id, self.status = order["id"], order["status"]
        self.amount, self.captured, self.refunded = minor(order["amount"]), minor(order["captured_amount"]), 0

    @rule()
    def pay_order(self):
        self.change("pay", self.status == "pending")

    @rule()
    def capture_order(self):
        self.change("capture", self.status == "paid")

    @rule()
    def cancel_order(self):
        self.change("cancel", self.status == "pending")

    @rule()
    def refund_order(self):
        self.change("refund", self.status in ("paid", "captured"))

    @rule(amount=st.sampled_from(["25.00", "30.00", "99.99", "100.01", "-25.00"]))
    def partial_refund(self, amount):
        is_allowed = self.status in ("paid", "captured") and 0 < minor(amount) <= self.amount - self.refunded
        self.change("refund", is_allowed, {"amount": amount})

    @precondition(lambda self: not self.time_passed)
    @rule()
    def expire_order(self):
        self.time_passed = True
        expired = self.order_id in self.send("POST", "/clock/advance", json={"seconds": 1800}).json()["expired"]
        must(expired == (self.status == "pending"), "state_machine", "expired: %s" % expired)
        if expired:
            self.status = "expired"

    @rule()
    def get_order(self):
        before = self.rows()
        type(self).steps += 1
        self.send("GET", "/orders/%s" % self.order_id)
        must(self.rows() == before, "safe_requests_change_nothing")

    @rule()
    def same_again(self):
        reply = self.send("POST", "/orders", json=ORDER, headers={"Idempotency-Key": self.key})
        must(reply.json().get("id") == self.order_id, "the_same_order_again", reply.text)

    @invariant()
    def holds_in_every_state(self):
        if getattr(self, "order_id", None) is None:
            return
        must(self.refunded <= self.amount, "no_over_refund")
        must(self.captured <= self.amount, "no_over_capture")
        must(self.status != "canceled" or self.refunded == 0, "no_refund_after_cancel")
        must(self.status != "captured" or self.refunded != self.amount, "no_capture_after_refund")
        must(self.status != "refunded" or self.refunded == self.amount, "refunded_means_all")

    @invariant()
    def agrees_with_the_api(self):
        if getattr(self, "order_id", None) is None:
            return
        shown = self.send("GET", "/orders/%s" % self.order_id).json()["status"]
        must(shown == self.status, "status_consistency", "%s instead of %s" % (shown, self.status))

    @invariant()
    def agrees_with_the_database(self):
        if getattr(self, "order_id", None) is None:
            return
        orders, refunds = self.rows()
        names = [column[1] for column in self.content_query.execute("PRAGMA table_info(orders)")]
        kept = dict(zip(names, orders[0]))["refunded_minor"]
        must(kept == sum(refunds) == self.refunded, "refunds_in_database", "%s, %s" % (kept, refunds))
        must(all(amount > 0 for amount in refunds), "refunds_are_positive")

    def change(self, verb, is_allowed, body=None):
        """Sends a request that is accepted if and only if it is allowed, and follows it in the model."""
        before = self.rows()
        reply = self.send("POST", "/orders/%s/%s" % (self.order_id, verb), json=body)
        must(reply.ok == is_allowed, "state_machine", "%s when %s: %s" % (verb, self.status, reply.text))
        if not reply.ok:
            must(self.rows() == before, "refused_requests_change_nothing")
            return
        order = reply.json()
        self.status, self.captured = order["status"], minor(order["captured_amount"])
        if verb == "refund":
            self.refunded += minor(order.get("refund_amount") or order["amount"])

    def send(self, method, path, **options):
        type(self).steps += method != "GET"
        reply = self.session.request(method, self.url + path, timeout=10, **options)
        must(reply.status_code < 500, "no_server_error", reply.text)
        return reply

    def rows(self):
        orders = self.content_query.execute("SELECT * FROM orders WHERE id = ?", (self.order_id,)).fetchall()
        refunds = self.content_query.execute(
            "SELECT amount_minor FROM refunds WHERE order_id = ?", (self.order_id,)).fetchall()
        return orders, [row[0] for row in refunds]

    def teardown(self):
        if hasattr(self, "content_query"):
            self.content_query.close()


def broken_rules(error):
    if isinstance(error, BaseExceptionGroup):
        return [name for part in error.exceptions for name in broken_rules(part)]
    return [str(error).split(":")[0]] if isinstance(error, Broken) else [type(error).__name__]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("database")
    parser.add_argument("out", help="where to write what came of it, as JSON")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--max-examples", type=int, default=100)
    chosen = parser.parse_args()
    Payments.url, Payments.database = chosen.url, chosen.database
    reports = []
    started = time.monotonic()
    try:
        run_state_machine_as_test(
            seed(chosen.seed)(Payments),
            settings=settings(
                max_examples=chosen.max_examples, deadline=None, database=None,
                suppress_health_check=list(HealthCheck)))
    except KeyboardInterrupt:
        pass  # The harness's limit: nothing was reported yet, and what was done counts.
    except Exception as error:
        print("".join([str(error)] + getattr(error, "__notes__", [])))
        reports = [{"rule": name, "at": time.time()} for name in dict.fromkeys(broken_rules(error))]
    seconds = time.monotonic() - started
    with open(chosen.out, "w") as file:
        json.dump({"transitions": Payments.steps, "seconds": seconds, "reports": reports}, file)


if __name__ == "__main__":
    main()
