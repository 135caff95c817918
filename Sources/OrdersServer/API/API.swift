import Foundation
import HTTPServer
import Money
import Orders

/// HTTP on one side, the service on the other: routes, bodies, statuses.
struct API: Sendable {
    var service: OrderService
    let keys: KeyService
    let hasTestClock: Bool

    init(_ store: OrderStore, _ configuration: OrdersServer.Configuration) {
        service = OrderService(configuration, store: store)
        keys = KeyService(
            store: store, clock: ServiceClock(isTestClock: configuration.testClock),
            rules: KeyRules(bugs: configuration.bugs))
        hasTestClock = configuration.testClock
    }

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
        if route == .advanceClock && !hasTestClock { throw APIError.unknownRoute(request.path) }
        guard route.allowedMethods.contains(request.method) else {
            throw APIError.wrongMethod(request.method, allowed: route.allowedMethods)
        }
        return route
    }

    func answer(_ request: HTTPRequest) throws -> HTTPResponse {
        switch try route(of: request) {
        case .health: return try .json(200, Replies.Health())
        case .orders: return try create(request.body)
        case .order(let id): return try .json(200, Replies.OrderReply(service.find(id)))
        case .operation(.refund, let id): return try refund(id, request.body)
        case .operation(.pay, let id): return try perform(.pay, on: id, request.body)
        case .operation(.capture, let id): return try perform(.capture, on: id, request.body)
        case .operation(.cancel, let id): return try perform(.cancel, on: id, request.body)
        case .advanceClock: return try advanceClock(request.body)
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
        return try .json(201, Replies.OrderReply(order), headers: ["Location": "/orders/\(order.id)"])
    }

    private func perform(_ command: Command, on id: OrderID, _ bytes: [UInt8]) throws -> HTTPResponse {
        _ = try Bodies.decodeIfPresent(Bodies.Anything.self, from: bytes)
        return try .json(200, Replies.OrderReply(service.perform(command, on: id)))
    }

    private func refund(_ id: OrderID, _ bytes: [UInt8]) throws -> HTTPResponse {
        let body = try Bodies.decodeIfPresent(Bodies.Refund.self, from: bytes)
        guard body?.currency == nil || body?.amount != nil else {
            throw APIError.invalidBody("The field \"currency\" is there without \"amount\".")
        }
        let currency = try body?.currency.map { code throws(MoneyError) in try Currency(code) }
        let refunded = try service.refund(id, RefundRequest(amount: body?.amount, currency: currency))
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
        if shown.status >= 500 { note("\(request.method) \(request.path) failed: \(error)") }
        let failure = Replies.Failure(error: .init(code: shown.code, message: shown.message))
        let reply = try? HTTPResponse.json(shown.status, failure, headers: shown.headers)
        return reply ?? HTTPResponse(status: shown.status)
    }

    /// Tells the operator.
    func note(_ line: String) {
        FileHandle.standardError.write(Data("orders: \(line)\n".utf8))
    }
}
