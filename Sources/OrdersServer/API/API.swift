import HTTPServer
import Money
import Orders

/// HTTP on one side, the service on the other: routes, bodies, statuses.
struct API: Sendable {
    var service: OrderService
    let hasTestClock: Bool

    /// Answers every request, whatever happens.
    func respond(to request: HTTPRequest) -> HTTPResponse {
        do {
            if let keyed = try keyed(request) { return try answer(request, under: keyed) }
            return try answer(request)
        } catch {
            return refuse(request, error)
        }
    }

    /// What the request is for, if this service has it and takes the method.
    func route(of request: HTTPRequest) throws -> Route {
        let route = try Route(path: request.path)
        let isThere = (!route.needsTestClock || hasTestClock) && (!route.needsProvider || service.payments != nil)
        guard isThere else { throw APIError.unknownRoute(request.path) }
        guard route.allowedMethods.contains(request.method) else {
            throw APIError.wrongMethod(request.method, allowed: route.allowedMethods)
        }
        return route
    }

    func answer(_ request: HTTPRequest) throws -> HTTPResponse {
        let route = try route(of: request)
        if let payments = service.payments,
            let answer = try ProviderAPI(payments: payments).answer(request, at: route)
        {
            return answer
        }
        switch route {
        case .health: return try .json(200, Replies.Health())
        case .openAPI: return OpenAPI.answer()
        case .orders: return try create(request.body)
        case .order(let id): return try .json(200, Replies.OrderReply(service.find(id)))
        case .operation(.refund, let id): return try refund(id, request.body)
        case .operation(.pay, let id): return try perform(.pay, on: id, request.body)
        case .operation(.capture, let id): return try perform(.capture, on: id, request.body)
        case .operation(.cancel, let id): return try perform(.cancel, on: id, request.body)
        case .advanceClock: return try advanceClock(request.body)
        case .operation(.void, _), .refunds, .providerWebhook, .reconcile, .payOut, .payout, .reversePayout,
            .retryPayout, .subscriptions, .subscription, .metrics:
            throw APIError.unknownRoute(request.path)
        }
    }

    private func create(_ bytes: [UInt8]) throws -> HTTPResponse {
        let body = try Bodies.decode(Bodies.Creation.self, from: bytes)
        guard !body.customer_id.isEmpty else { throw APIError.invalidBody("The field \"customer_id\" is empty.") }
        guard !body.customer_id.unicodeScalars.contains("\0") else {
            throw APIError.invalidBody("The field \"customer_id\" has a NUL character.")
        }
        let amount = try Money(decimal: body.amount, Currency(body.currency))
        let order = try service.create(amount: amount, customerID: body.customer_id)
        let reply =
            service.payments == nil
            ? Replies.OrderReply(order) : Replies.OrderReply(OrderView(order: order, pending: nil))
        return try .json(201, reply, headers: ["Location": "/orders/\(order.id)"])
    }

    private func perform(_ command: Command, on id: OrderID, _ bytes: [UInt8]) throws -> HTTPResponse {
        _ = try Bodies.decodeIfPresent(Bodies.Anything.self, from: bytes)
        return try .json(200, Replies.OrderReply(service.perform(command, on: id)))
    }

    private func refund(_ id: OrderID, _ bytes: [UInt8]) throws -> HTTPResponse {
        let refunded = try service.refund(id, try AmountRequest(body: bytes))
        return try .json(200, Replies.OrderReply(refunded))
    }

    private func advanceClock(_ bytes: [UInt8]) throws -> HTTPResponse {
        let body = try Bodies.decode(Bodies.ClockAdvance.self, from: bytes)
        guard (1...Self.longestAdvanceSeconds).contains(body.seconds) else {
            throw APIError.invalidBody("The field \"seconds\" is not from 1 to \(Self.longestAdvanceSeconds).")
        }
        let advanced = try service.advanceClock(bySeconds: body.seconds)
        let reply = Replies.Clock(now: advanced.now.description, expired: advanced.expired.map(\.rawValue))
        return try .json(200, reply)
    }

    private static let longestAdvanceSeconds: Int64 = 366 * 86_400

    func refuse(_ request: HTTPRequest, _ error: any Error) -> HTTPResponse {
        let shown = APIError(error) ?? .unexpected
        if shown.status >= 500 {
            Log.note("\(request.method) \(request.path) failed: \(error)")
        }
        let failure = Replies.Failure(error: .init(code: shown.code, message: shown.message))
        let reply = try? HTTPResponse.json(shown.status, failure, headers: shown.headers)
        return reply ?? HTTPResponse(status: shown.status)
    }
}

extension AmountRequest {
    /// What a body says that may be left out.
    ///
    /// - Throws: `APIError`, or `MoneyError.unknownCurrency`.
    init(body bytes: [UInt8]) throws {
        let body = try Bodies.decodeIfPresent(Bodies.Amount.self, from: bytes)
        guard body?.currency == nil || body?.amount != nil else {
            throw APIError.invalidBody("The field \"currency\" is there without \"amount\".")
        }
        let currency = try body?.currency.map { code throws(MoneyError) in try Currency(code) }
        self.init(amount: body?.amount, currency: currency)
    }
}
