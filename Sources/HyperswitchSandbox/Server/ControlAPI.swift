import ExactJSON
import HTTPServer

/// A request to the control API.
struct ControlRequest {
    let method: String
    /// What follows `/_sandbox`.
    let parts: [String]
    let body: [UInt8]

    /// Nothing if the request is one to the provider.
    init?(_ request: HTTPRequest) {
        let parts = request.path.split(separator: "/").map(String.init)
        guard parts.first == "_sandbox" else { return nil }
        method = request.method
        self.parts = Array(parts.dropFirst())
        body = request.body
    }
}

/// Why a control request is refused.
private enum ControlFailure: Error {
    case refusal(SandboxRefusal)
    case control(SandboxControlError)
    case unknown

    var status: Int {
        switch self {
        case .refusal: 400
        case .control(.notFound), .control(.noQueuedDelivery), .unknown: 404
        case .control: 409
        }
    }

    var message: String {
        switch self {
        case .refusal(let refusal): refusal.message
        case .control(let error): error.description
        case .unknown: "The sandbox has no such control; HyperswitchSandbox's documentation lists them."
        }
    }
}

/// The controls over HTTP. The table is in the documentation of ``HyperswitchSandbox``.
extension SandboxFront {
    func answer(_ request: ControlRequest) -> HTTPResponse {
        do throws(ControlFailure) {
            return Self.response(200, try carryOut(request))
        } catch {
            return Self.response(error.status, ["error": ["message": .string(error.message)]])
        }
    }

    private static func response(_ status: Int, _ body: JSON) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["Content-Type": "application/json"], body: Array(body.text.utf8))
    }

    private func carryOut(_ request: ControlRequest) throws(ControlFailure) -> JSON {
        let body = try Self.read { () throws(SandboxRefusal) in try SandboxBody(request.body) }
        let (parts, method) = (request.parts, request.method)
        switch (method, parts.count, parts.first ?? "", parts.last ?? "") {
        case (_, 1...2, "deliveries", _): return try deliveries(method, parts.dropFirst().first, body)
        case ("GET", 1, "clock", _): return withState { ["now": .string($0.now.description)] }
        case ("POST", 2, "clock", "advance"): return try advance(body)
        case ("POST", 3, "payments", _), ("POST", 3, "refunds", "settle"), ("POST", 3, "payouts", "settle"),
            ("POST", 3, "disputes", "settle"):
            return try move(parts[0], parts[1], parts[2], body)
        case ("POST", 1, "disputes", _): return try raiseDispute(body)
        case (_, 1, "faults", _): return try faults(method, body)
        case ("GET", 1, "calls", _): return .array(calls.all.map(\.json))
        case ("DELETE", 1, "calls", _):
            calls.clear()
            return [:]
        case ("GET", 1, "settings", _): return withState { $0.settingsJSON }
        case ("POST", 1, "settings", _): return try moveSettings(body)
        case ("POST", 1, "reset", _):
            reset()
            return [:]
        default: throw .unknown
        }
    }

    // MARK: Deliveries

    private func deliveries(_ method: String, _ id: String?, _ body: SandboxBody) throws(ControlFailure) -> JSON {
        switch (method, id) {
        case ("GET", nil): return withState { .array($0.queuedDeliveries.map($0.json)) }
        case ("POST", "next"):
            try Self.control { () throws(SandboxControlError) in try post.checkURL() }
            defer { wakeCourier() }
            return deliverNext()?.json ?? ["event_id": nil]
        case ("POST", let id?):
            try Self.control { () throws(SandboxControlError) in try post.checkURL() }
            let form = try Self.read { () throws(SandboxRefusal) in try body.oneOf("form", SandboxDispatch.Form.self) }
            let times = try Self.read { () throws(SandboxRefusal) in try body.integer("times") } ?? 1
            let report = deliver(id, as: form ?? .genuine, times: Int(max(1, min(1000, times))))
            guard let report else { throw .control(.notFound(kind: "event", id: id)) }
            return report.json
        case ("DELETE", let id?):
            try change { state throws(SandboxControlError) in try state.dropDelivery(id) }
            return [:]
        default: throw .unknown
        }
    }

    // MARK: The world

    private func advance(_ body: SandboxBody) throws(ControlFailure) -> JSON {
        let seconds = try Self.read { () throws(SandboxRefusal) in
            guard let seconds = try body.integer("seconds") else { throw .missing("seconds") }
            return seconds
        }
        return try change { state throws(SandboxControlError) in
            try state.advanceClock(bySeconds: seconds)
            return ["now": .string(state.now.description)]
        }
    }

    private func move(_ kind: String, _ id: String, _ action: String, _ body: SandboxBody) throws(ControlFailure)
        -> JSON
    {
        switch (kind, action) {
        case ("payments", "authenticate"):
            let succeeds = try Self.read { () throws(SandboxRefusal) in try body.bool("succeeds") } ?? true
            return try change { state throws(SandboxControlError) in
                try state.completeAuthentication(of: id, succeeds: succeeds)
                return state.payments[id].map { state.paymentJSON($0) } ?? nil
            }
        case ("payments", "status"):
            let status = try Self.status(in: body, IntentStatus.self)
            return try change { state throws(SandboxControlError) in
                try state.movePayment(id, to: status)
                return state.payments[id].map { state.paymentJSON($0) } ?? nil
            }
        case ("refunds", _):
            let status = try Self.status(in: body, SandboxRefund.Status.self)
            return try change { state throws(SandboxControlError) in
                try state.settleRefund(id, as: status)
                return state.refunds[id].map(state.refundJSON) ?? nil
            }
        case ("payouts", _):
            let status = try Self.status(in: body, SandboxPayout.Status.self)
            return try change { state throws(SandboxControlError) in
                try state.settlePayout(id, as: status)
                return state.payouts[id].map(state.payoutJSON) ?? nil
            }
        case ("disputes", _):
            let status = try Self.status(in: body, SandboxDispute.Status.self)
            return try change { state throws(SandboxControlError) in
                try state.settleDispute(id, as: status)
                return state.disputes[id].map(state.disputeJSON) ?? nil
            }
        default: throw .unknown
        }
    }

    private func raiseDispute(_ body: SandboxBody) throws(ControlFailure) -> JSON {
        let (payment, amount) = try Self.read { () throws(SandboxRefusal) in
            guard let payment = try body.string("payment_id") else { throw .missing("payment_id") }
            return (payment, try body.integer("amount"))
        }
        return try change { state throws(SandboxControlError) in
            let id = try state.raiseDispute(of: payment, amount: amount)
            return state.disputes[id].map(state.disputeJSON) ?? nil
        }
    }

    // MARK: The plan and the switches

    private func faults(_ method: String, _ body: SandboxBody) throws(ControlFailure) -> JSON {
        switch method {
        case "GET": return withState { .array($0.sortedFaults.map(\.json)) }
        case "DELETE":
            withState { $0.removeFaults() }
            return [:]
        case "POST":
            let fault = try Self.read { () throws(SandboxRefusal) in try SandboxFault(body) }
            return try change { state throws(SandboxControlError) in ["fault": .string(try state.addFault(fault))] }
        default: throw .unknown
        }
    }

    private func moveSettings(_ body: SandboxBody) throws(ControlFailure) -> JSON {
        let before = withState { $0.settings }
        let after = try Self.read { () throws(SandboxRefusal) in try before.moved(by: body) }
        return withState { state in
            state.settings = after
            return state.settingsJSON
        }
    }

    // MARK: Errors

    private static func status<Status: RawRepresentable & CaseIterable>(
        in body: SandboxBody, _ type: Status.Type
    ) throws(ControlFailure) -> Status where Status.RawValue == String {
        try read { () throws(SandboxRefusal) in
            guard let status = try body.oneOf("status", type) else { throw .missing("status") }
            return status
        }
    }

    private static func read<Result>(_ body: () throws(SandboxRefusal) -> Result) throws(ControlFailure) -> Result {
        do throws(SandboxRefusal) { return try body() } catch { throw .refusal(error) }
    }

    private static func control<Result>(
        _ body: () throws(SandboxControlError) -> Result
    ) throws(ControlFailure) -> Result {
        do throws(SandboxControlError) { return try body() } catch { throw .control(error) }
    }

    private func change<Result: Sendable>(
        _ body: (inout SandboxState) throws(SandboxControlError) -> Result
    ) throws(ControlFailure) -> Result {
        try Self.control { () throws(SandboxControlError) in try withState(body) }
    }
}
