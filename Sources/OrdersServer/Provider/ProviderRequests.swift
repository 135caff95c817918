import Orders
import PaymentProviders

/// What is sent to the provider. Ids and keys follow from the row that was written before, so that a repetition, also by
/// another process after a crash, is the same request under the same key.
struct ProviderRequests: Sendable {
    let provider: BlockingProvider

    /// Asks for what an operation's row says.
    func send(_ begun: Begun) throws -> ProviderPayment {
        let (operation, order) = (begun.operation, begun.order)
        let key = try IdempotencyKey(begun.rowName)
        let payment = ProviderID(rawValue: operation.payment)
        return try provider.call { provider throws(ProviderError) in
            switch operation.kind {
            case .authorize:
                try await provider.authorize(
                    idempotencyKey: key,
                    PaymentRequest(
                        id: payment, amount: operation.amount, customerID: order.customerID,
                        orderReference: "order-\(order.id)"))
            case .capture:
                try await provider.capture(idempotencyKey: key, payment: payment, amount: operation.amount)
            case .void:
                try await provider.cancel(idempotencyKey: key, payment: payment)
            }
        }
    }

    /// Asks for what a refund's row says.
    func send(_ reserved: Reserved) throws -> ProviderRefund {
        let key = try IdempotencyKey(reserved.rowName)
        let request = ProviderRefundRequest(
            id: ProviderID(rawValue: reserved.refund.reference), payment: ProviderID(rawValue: reserved.payment),
            amount: reserved.refund.amount)
        return try provider.call { provider throws(ProviderError) in
            try await provider.refund(idempotencyKey: key, request)
        }
    }

    /// How a payment stands; nothing if the provider has none of that name.
    func lookUpPayment(_ name: String) throws(ProviderError) -> ProviderPayment? {
        try provider.call { provider throws(ProviderError) in
            try await provider.payment(ProviderID(rawValue: name))
        }
    }

    /// How a refund stands; nothing if the provider has none of that name.
    func lookUpRefund(_ name: String) throws(ProviderError) -> ProviderRefund? {
        try provider.call { provider throws(ProviderError) in
            try await provider.refund(ProviderID(rawValue: name))
        }
    }
}
