import ExactJSON
import HTTPClient
import Money
import PaymentProviders

/// Hyperswitch's API, version 1 (juspay/hyperswitch, release 2026.06.25).
///
/// ```swift
/// let client = try HyperswitchClient(.init(baseURL: "https://sandbox.hyperswitch.io", apiKey: Secret(key)))
/// let payment = try await client.createPayment(idempotencyKey: key, .init(id: id, amount: price))
/// ```
///
/// Every call that can move money takes an `IdempotencyKey` first; there is no default and no form that takes a string.
/// It goes out as `Idempotency-Key`, and the caller's own id as `payment_id`, `refund_id` or `payout_id`: the router of
/// today reads only the id (fact sheet, §3).
///
/// **One attempt, loud.** Nothing is sent a second time, not even under a dying connection. What a failure means is said
/// by `ProviderError`: `rejected` did not happen, `unknown` and `unusable` may have. `docs/idempotency.md` says when to
/// try again, and with which key.
///
/// | answer | error |
/// |---|---|
/// | 4xx with an error of the API; 2xx with an error instead of the object (a blocked payment) | `rejected` |
/// | none: time-out, lost connection | `unknown` |
/// | 5xx, and 408, 409, 425, 429 and `HE_00`, which say "not now" | `unknown` |
/// | nobody listens, or the task was cancelled while it waited | `unknown`, `wasNotSent` |
/// | not JSON, fields missing or of the wrong type, an unknown status, another object's id | `unusable` |
/// | the client itself finds that the request cannot be sent | `rejected` with status 0 |
///
/// `HE_01`, the answer to an id that is there already, is `rejected`: *this* request did nothing. The earlier one did:
/// look it up.
///
/// May be used from many tasks at once. Cancelling a task does not recall a request that was sent; the call still ends
/// with its outcome.
public struct HyperswitchClient: Sendable {
    let transport: Transport

    /// A client; nothing is sent before the first call.
    /// - Throws: ``HyperswitchConfigurationError``.
    public init(_ configuration: HyperswitchConfiguration) throws(HyperswitchConfigurationError) {
        let endpoint = try configuration.endpoint()
        transport = Transport(
            endpoint: endpoint,
            pool: ConnectionPool(endpoint: endpoint, maximumConnections: configuration.maximumConnections),
            apiKey: configuration.apiKey)
    }
}

// MARK: Payments

extension HyperswitchClient {
    /// Makes a payment: `POST /payments`.
    public func createPayment(
        idempotencyKey: IdempotencyKey, _ request: PaymentCreation
    ) async throws(ProviderError) -> HyperswitchPayment {
        let call = try Call(
            .post, "/payments", key: idempotencyKey, id: request.id, body: request.body(),
            secrets: request.paymentMethod?.secrets ?? [])
        return try await transport.send(call) { reader throws(Unreadable) in
            let payment = try HyperswitchPayment(reader)
            try reader.require(payment.amount == request.amount, "amount", isNot: request.amount)
            return payment
        }
    }

    /// Makes a payment that the customer completes on a page of their own: an order's id, an amount, a customer, and where
    /// to go afterwards.
    ///
    /// - Parameter id: The payment's id at the provider, made from what names the order's row.
    public func createPaymentSimple(
        idempotencyKey: IdempotencyKey, id: ProviderID, orderID: String, amount: Money, customerID: String,
        returnURL: String? = nil
    ) async throws(ProviderError) -> HyperswitchPayment {
        var request = PaymentCreation(id: id, amount: amount)
        request.customerID = customerID
        request.merchantOrderReferenceID = orderID
        request.returnURL = returnURL
        return try await createPayment(idempotencyKey: idempotencyKey, request)
    }

    /// How a payment stands: `GET /payments/{id}`.
    ///
    /// - Parameters:
    ///   - forceSync: Whether the router asks the bank's side first.
    ///   - expandAttempts: Whether ``HyperswitchPayment/attemptStatuses`` is wanted.
    /// - Returns: `nil` if there is none of that id, said by `HE_02`; another 404 is no such answer.
    public func retrievePayment(
        _ id: ProviderID, forceSync: Bool = false, expandAttempts: Bool = false
    ) async throws(ProviderError) -> HyperswitchPayment? {
        var query: [String] = []
        if forceSync { query.append("force_sync=true") }
        if expandAttempts { query.append("expand_attempts=true") }
        let path = try "/payments/\(id.checked)" + (query.isEmpty ? "" : "?\(query.joined(separator: "&"))")
        return try await transport.find(Call(.get, path, expecting: id), HyperswitchPayment.init)
    }

    /// Has a payment carried out: `POST /payments/{id}/confirm`.
    public func confirm(
        idempotencyKey: IdempotencyKey, payment id: ProviderID, paymentMethod: PaymentMethod? = nil
    ) async throws(ProviderError) -> HyperswitchPayment {
        var body = Body()
        paymentMethod?.write(to: &body)
        let call = try Call(
            .post, "/payments/\(id.checked)/confirm", key: idempotencyKey, id: id, body: body,
            secrets: paymentMethod?.secrets ?? [])
        return try await transport.send(call, HyperswitchPayment.init)
    }

    /// Collects what was reserved: `POST /payments/{id}/capture`.
    ///
    /// - Parameter amount: A part of it; `nil` for all that can be captured. The request has no currency: that of the answer
    ///   is checked, and is `unusable` if it is another.
    public func capture(
        idempotencyKey: IdempotencyKey, payment id: ProviderID, amount: Money?
    ) async throws(ProviderError) -> HyperswitchPayment {
        var body = Body()
        if let amount { body.set("amount_to_capture", try amount.onTheWire) }
        let call = try Call(.post, "/payments/\(id.checked)/capture", key: idempotencyKey, id: id, body: body)
        return try await transport.send(call) { reader throws(Unreadable) in
            let payment = try HyperswitchPayment(reader)
            let currency = amount?.currency ?? payment.amount.currency
            try reader.require(payment.amount.currency == currency, "currency", isNot: currency)
            return payment
        }
    }

    /// Releases what was reserved: `POST /payments/{id}/cancel`.
    ///
    /// An answer with the status `failed` means that the *release* failed: the money is still held (fact sheet, §2).
    public func cancel(
        idempotencyKey: IdempotencyKey, payment id: ProviderID, reason: String? = nil
    ) async throws(ProviderError) -> HyperswitchPayment {
        var body = Body()
        body.set("cancellation_reason", reason)
        let call = try Call(.post, "/payments/\(id.checked)/cancel", key: idempotencyKey, id: id, body: body)
        return try await transport.send(call, HyperswitchPayment.init)
    }
}

// MARK: Refunds

extension HyperswitchClient {
    /// Returns money: `POST /refunds`. An answer of `succeeded` is what the router believes now; a webhook or a look-up has
    /// the last word.
    public func createRefund(
        idempotencyKey: IdempotencyKey, _ request: RefundCreation
    ) async throws(ProviderError) -> HyperswitchRefund {
        let call = try Call(.post, "/refunds", key: idempotencyKey, id: request.id, body: request.body())
        return try await transport.send(call) { reader throws(Unreadable) in
            let refund = try HyperswitchRefund(reader)
            try reader.require(refund.amount == request.amount, "amount", isNot: request.amount)
            try reader.require(refund.payment == request.payment, "payment_id", isNot: request.payment)
            return refund
        }
    }

    /// How a refund stands: `GET /refunds/{id}`; `nil` as for payments.
    public func retrieveRefund(
        _ id: ProviderID, forceSync: Bool = false
    ) async throws(ProviderError) -> HyperswitchRefund? {
        let path = try "/refunds/\(id.checked)" + (forceSync ? "?force_sync=true" : "")
        return try await transport.find(Call(.get, path, expecting: id), HyperswitchRefund.init)
    }

    /// The refunds of a payment, or of all: `POST /refunds/list`, newest first as far as the router keeps to that.
    ///
    /// - Parameter limit: 1 to 100; the router's default is 10.
    public func listRefunds(
        payment: ProviderID? = nil, limit: Int? = nil
    ) async throws(ProviderError) -> RefundList {
        var body = Body()
        if let payment { body.set("payment_id", try payment.checked) }
        body.set("limit", limit.map(Int64.init))
        return try await transport.send(Call(.post, "/refunds/list", body: body), RefundList.init)
    }
}

// MARK: Payouts

extension HyperswitchClient {
    /// Sends money to a seller: `POST /payouts/create`.
    ///
    /// The fact sheet has no payouts. The fields are those of `PayoutCreateRequest` in an earlier state of the router's
    /// source (`crates/api_models/src/payouts.rs`); neither the statuses nor the behaviour were verified.
    public func createPayout(
        idempotencyKey: IdempotencyKey, _ request: PayoutCreation
    ) async throws(ProviderError) -> HyperswitchPayout {
        let call = try Call(.post, "/payouts/create", key: idempotencyKey, id: request.id, body: request.body())
        return try await transport.send(call, HyperswitchPayout.init)
    }

    /// How a payout stands: `GET /payouts/{id}`; `nil` as for payments. Unverified like ``createPayout(idempotencyKey:_:)``.
    public func retrievePayout(_ id: ProviderID) async throws(ProviderError) -> HyperswitchPayout? {
        try await transport.find(Call(.get, "/payouts/\(id.checked)", expecting: id), HyperswitchPayout.init)
    }
}

// MARK: Disputes

extension HyperswitchClient {
    /// How a dispute stands: `GET /disputes/{id}`; `nil` as for payments.
    public func retrieveDispute(_ id: String) async throws(ProviderError) -> HyperswitchDispute? {
        let id = ProviderID(rawValue: id)
        return try await transport.find(Call(.get, "/disputes/\(id.checked)", expecting: id), HyperswitchDispute.init)
    }

    /// The disputes of the account: `GET /disputes/list`.
    public func listDisputes(limit: Int? = nil) async throws(ProviderError) -> [HyperswitchDispute] {
        let call = Call(.get, "/disputes/list" + (limit.map { "?limit=\($0)" } ?? ""))
        return try await transport.send(call) { reader throws(Unreadable) in
            try reader.elements(HyperswitchDispute.init)
        }
    }
}
