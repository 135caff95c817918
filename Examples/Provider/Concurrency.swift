import Rewind
import RewindHTTP

/// What impatient or competing clients send at the same time: a service that reads, decides and writes without keeping
/// others out does everything right one after another.
///
/// An order is paid, captured and refunded at a provider that does as it is asked; its webhooks stay on their way.
public let concurrency = Exploration(of: Purchase.self) {
    shopActions
    moneyInvariants
    Concurrently("refund_part", "refund_part")
    Concurrently("refund_part", "refund_order")
    Concurrently("pay_order", "pay_order")
    Concurrently("pay_order", "cancel_order")
    Concurrently("capture_order", "void_order")
    Concurrently("capture_order", "capture_part")
}
.loggingWebhooks()
.exempting(tables: "clock", "operations", "refunds")
