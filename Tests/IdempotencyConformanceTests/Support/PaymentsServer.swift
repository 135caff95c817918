import Digests
import ExactJSON
import Foundation
import HTTPServer
import Synchronization

/// A payments API in memory that gets idempotency keys right, by the rules of a profile, but for one flaw.
///
/// `POST /payments` and `POST /refunds` with `{"amount": 100, "reference": "…"}` make something, counted by
/// `GET /payments`; `/payments/void` takes it back; 402 minor units are declined until `/_test/approve`. Controls stand under
/// `/_test`.
final class PaymentsServer: Sendable {
    let url: String
    private let server: HTTPServer
    private let core: PaymentsCore

    init(_ rules: ServerRules, flaw: Flaw? = nil) throws {
        let core = PaymentsCore(rules, flaw)
        self.core = core
        server = try HTTPServer(threads: 0) { core.answer($0) }
        url = "http://127.0.0.1:\(server.port)"
    }

    deinit { server.stop() }

    func advance(_ seconds: Int) { core.change { $0.now += seconds } }
    func arm(_ fault: PaymentsCore.Fault) { core.change { $0.fault = fault } }
    var calls: [PaymentsCore.ProviderCall] { core.change { $0.calls } }
}

/// What the server knows, and what it does.
final class PaymentsCore: Sendable {
    enum Fault: Sendable {
        case slow, serverError, diesHoldingKey, crashAfterCharge, serialization, internalError
        case providerUnavailable, providerReplyLost, providerRejects
    }

    struct ProviderCall: Sendable {
        let key: String
        let reference: String
    }

    /// What is remembered of a key.
    struct Record: Sendable {
        enum Stage: Sendable { case held, charged, open, answered }
        let row: Int
        let endpoint: String
        let fingerprint: String
        var since: Int
        var stage = Stage.held
        var answer: HTTPResponse?
        /// How many more requests came while it was held.
        var waiting = 0
        var replays = 0
        /// How often the provider was asked.
        var attempts = 0
    }

    struct State: Sendable {
        var now = 0
        var rows = 0
        var fault: Fault?
        var slowUntilIdle = false
        var records: [String: Record] = [:]
        var payments: [(reference: String, account: String)] = []
        var approved: Set<String> = []
        /// What the provider remembers, by key, and what it rejected for good.
        var provider: [String: Bool] = [:]
        var calls: [ProviderCall] = []
        var readings: [String: HTTPResponse] = [:]
    }

    struct Request {
        let account: String
        /// Where its record is, if it has a key.
        let place: String?
        let endpoint: String
        let fingerprint: String
        let body: [UInt8]
        let amount: Int?
        let reference: String
    }

    let rules: ServerRules
    let flaw: Flaw?
    private let state = Mutex(State())
    static let lockSeconds = 60
    static let lifeSeconds = 86_400

    init(_ rules: ServerRules, _ flaw: Flaw?) {
        self.rules = rules
        self.flaw = flaw
    }

    func change<Result: Sendable>(_ body: (inout State) -> Result) -> Result { state.withLock { body(&$0) } }

    // MARK: Routes

    func answer(_ request: HTTPRequest) -> HTTPResponse {
        switch (request.method, request.path) {
        case ("GET", "/payments"): return reading(request)
        case ("POST", "/payments"), ("POST", "/refunds"): return operation(request)
        case ("POST", "/payments/void"): return void(request)
        case ("POST", "/_test/approve"):
            change { _ = $0.approved.insert(Self.text("reference", in: request.body)) }
            return Self.json(200, ["approved": true])
        default: return Self.refusal(404, "unknown_route")
        }
    }

    private func reading(_ request: HTTPRequest) -> HTTPResponse {
        change { state in
            let key = request.headers[keyHeader] ?? ""
            if flaw == .keepsReadings, !key.isEmpty, let kept = state.readings[key] { return kept }
            let list = JSON.array(state.payments.map { ["reference": .string($0.reference)] })
            let answer = Self.json(200, ["data": list])
            if !key.isEmpty { state.readings[key] = answer }
            return answer
        }
    }

    private func void(_ request: HTTPRequest) -> HTTPResponse {
        let reference = Self.text("reference", in: request.body)
        if flaw == .compensationFreesKey {
            change { state in
                state.records = state.records.filter { !$0.value.fingerprint.contains(reference) }
            }
        }
        return Self.json(200, ["voided": .string(reference)])
    }

    var keyHeader: String { rules.profile.keyHeader }

    // MARK: Keys

    private func operation(_ http: HTTPRequest) -> HTTPResponse {
        if rules == .router { return routed(http) }
        let keys = http.headers.all(keyHeader)
        if keys.count > 1, flaw != .takesFirstOfTwoKeys { return Self.refusal(400, "two_keys") }
        var key: String?
        if let spelled = keys.first {
            guard let read = read(spelled) else { return Self.refusal(400, "invalid_key") }
            key = read
        } else if rules == .ietf, flaw != .acceptsWithoutKey {
            return Self.refusal(400, "key_missing")
        }
        let account = http.headers["X-Account"] ?? "a"
        let scope = flaw == .forgetsAccount ? "" : account
        let body = String(decoding: http.body, as: UTF8.self)
        let seen = flaw == .ignoresBody ? Self.text("reference", in: http.body) : body
        let request = Request(
            account: account, place: key.map { "\(scope) \($0)" }, endpoint: flaw == .ignoresEndpoint ? "" : http.path,
            fingerprint: seen + (flaw == .comparesHeaders ? http.headers["X-Request-Id"] ?? "" : ""), body: http.body,
            amount: Self.amount(in: http.body), reference: Self.text("reference", in: http.body))
        return answer(request)
    }

    /// The key in the header, if it is one by the rules.
    private func read(_ spelled: String) -> String? {
        let longest = rules.profile.longestKey ?? 255
        if rules == .ietf {
            guard spelled.count >= 2, spelled.hasPrefix("\""), spelled.hasSuffix("\"") else { return nil }
            return flaw == .refusesOddSpelling && spelled.contains("\\") ? nil : spelled
        }
        if flaw == .refusesOddSpelling, spelled.contains("-") { return nil }
        guard !spelled.isEmpty else { return nil }
        return spelled.utf8.count <= longest || flaw == .acceptsAnyLength ? spelled : nil
    }

    private func answer(_ request: Request) -> HTTPResponse {
        guard let place = request.place else { return execute(request, place: nil) }
        let early = change { (state: inout State) -> HTTPResponse? in
            guard let record = state.records[place], !isForgotten(record, state.now) else {
                guard request.amount != nil else {
                    let refusal = Self.refusal(400, "invalid_amount")
                    if flaw == .keepsInvalid { state.keep(refusal, place, request) }
                    return refusal
                }
                state.begin(place, request)
                return nil
            }
            if flaw == .keepsInvalid, let answer = record.answer, answer.status == 400 { return answer }
            guard record.endpoint == request.endpoint, record.fingerprint == request.fingerprint else {
                return Self.refusal(rules == .stripe ? 400 : 422, "key_reused")
            }
            return known(record, place, &state)
        }
        return early ?? execute(request, place: place)
    }

    /// The answer to a request whose key is known; nothing if it has to be worked on.
    private func known(_ record: Record, _ place: String, _ state: inout State) -> HTTPResponse? {
        switch record.stage {
        case .answered:
            state.records[place]?.replays += 1
            if flaw == .replayHappensAgain, record.replays == 1 { state.payments.append(("again", "a")) }
            return record.answer.map { flaw == .replayIsNotMarked ? $0 : marked($0) }
        case .open:
            state.records[place]?.stage = .held
            state.records[place]?.since = state.now
            return nil
        case .held, .charged:
            state.records[place]?.waiting += 1
            if flaw == .crowdBreaksIn, record.waiting > 0 { return nil }
            let isStale = state.now - record.since >= Self.lockSeconds
            if isStale, !(flaw == .neverUnlocks && record.stage == .held) {
                state.records[place]?.since = state.now
                return nil
            }
            if flaw == .loserGets500 { return Self.refusal(500, "oops") }
            let refusal = Self.refusal(rules == .checkout ? 429 : 409, "in_flight")
            if flaw == .keepsTheLoser { state.records[place]?.answer = refusal }
            return refusal
        }
    }

    private func isForgotten(_ record: Record, _ now: Int) -> Bool {
        flaw != .neverForgets && now - record.since >= Self.lifeSeconds && record.stage == .answered
    }

    private func marked(_ response: HTTPResponse) -> HTTPResponse {
        guard let mark = rules.profile.replayMark else { return response }
        let fields = response.headers.fields + [(name: mark.header, value: mark.value)]
        return HTTPResponse(status: response.status, headers: HTTPHeaders(fields), body: response.body)
    }

    // MARK: Work

    private func execute(_ request: Request, place: String?) -> HTTPResponse {
        guard request.amount != nil else { return Self.refusal(400, "invalid_amount") }
        let fault = change { state in
            defer { state.fault = nil }
            return state.fault
        }
        if fault == .slow { hold() }
        switch fault {
        case .serverError: return settle(Self.refusal(500, "decided"), place)
        case .diesHoldingKey: return .none
        case .serialization:
            if flaw != .lockedBySerializationFailure { open(place) }
            return Self.refusal(503, "serialization_failure")
        case .internalError:
            if flaw != .lockedByInternalError { open(place) }
            return Self.refusal(500, "internal_error")
        default: break
        }
        if request.amount == 402, !change({ $0.approved.contains(request.reference) }) {
            return settle(Self.refusal(402, "declined"), place)
        }
        return charge(request, place, fault)
    }

    private func charge(_ request: Request, _ place: String?, _ fault: Fault?) -> HTTPResponse {
        let isCharged = place.flatMap { place in change { $0.records[place]?.stage == .charged } } ?? false
        if !isCharged || flaw == .chargesAgainAfterCrash {
            switch askProvider(request, place, fault) {
            case .refused: return settle(Self.refusal(402, "rejected"), place)
            case .unknown:
                open(place)
                return Self.refusal(503, "provider_unavailable")
            case .done: break
            }
        }
        if fault == .crashAfterCharge {
            change { state in
                if let place { state.records[place]?.stage = .charged }
            }
            return .none
        }
        let number = change { $0.payments.count }
        return settle(Self.json(201, ["id": .number(String(number)), "reference": .string(request.reference)]), place)
    }

    /// Long enough for requests that were sent at once to arrive.
    private func hold() { _ = DispatchSemaphore(value: 0).wait(timeout: .now() + 0.15) }

    private enum Verdict { case done, refused, unknown }

    /// Asks the provider, which does nothing twice under one key of ours. What it does counts as a payment.
    private func askProvider(_ request: Request, _ place: String?, _ fault: Fault?) -> Verdict {
        change { state in
            let record = place.flatMap { state.records[$0] }
            if let place { state.records[place]?.attempts += 1 }
            let attempt = record?.attempts ?? 0
            var key = "row-\(record?.row ?? state.rows + 1_000_000)"
            if flaw == .newKeyWhenUnavailable, state.calls.last?.key == key, attempt > 0,
                !state.provider.keys.contains(key)
            {
                key += "-\(attempt)"
            }
            if flaw == .newKeyWhenReplyLost, attempt > 0, state.provider[key] == true { key += "-\(attempt)" }
            let sticky = "rejected \(request.reference)"
            if flaw == .rejectionSticks, state.provider[sticky] == false { return .refused }
            if flaw == .chargesAgainAfterCrash, record?.stage == .charged { key += "-again" }
            // A crowd that broke in has no record of its own.
            if flaw == .crowdBreaksIn, attempt > 0, let waiting = record?.waiting, waiting > 1 { key += "-\(attempt)" }
            state.calls.append(ProviderCall(key: key, reference: request.reference))
            if let verdict = state.provider[key] { return verdict ? .done : .refused }
            if fault == .providerUnavailable { return .unknown }
            state.provider[key] = fault != .providerRejects
            if fault == .providerRejects { state.provider[sticky] = false }
            guard fault != .providerRejects else { return .refused }
            state.payments.append((request.reference, request.account))
            return fault == .providerReplyLost ? .unknown : .done
        }
    }

    /// Keeps an answer as the rules say, and gives it.
    private func settle(_ answer: HTTPResponse, _ place: String?) -> HTTPResponse {
        guard let place else { return answer }
        return change { state in
            let isKept =
                switch answer.status {
                case 500...: (rules == .stripe) != (flaw == .keepsFailuresWrongly)
                case 400...: (rules != .checkout) != (flaw == .keepsRefusalsWrongly)
                default: true
                }
            guard isKept else {
                state.records[place]?.stage = .open
                return answer
            }
            state.records[place]?.stage = .answered
            if flaw != .keepsTheLoser || state.records[place]?.answer == nil { state.records[place]?.answer = answer }
            return flaw == .firstIsMarked ? marked(answer) : answer
        }
    }

    /// The next request may go on from here.
    private func open(_ place: String?) {
        change { state in
            if let place { state.records[place]?.stage = .open }
        }
    }
}

extension PaymentsCore.State {
    mutating func begin(_ place: String, _ request: PaymentsCore.Request) {
        rows += 1
        records[place] = PaymentsCore.Record(
            row: rows, endpoint: request.endpoint, fingerprint: request.fingerprint, since: now)
    }

    mutating func keep(_ answer: HTTPResponse, _ place: String, _ request: PaymentsCore.Request) {
        begin(place, request)
        records[place]?.stage = .answered
        records[place]?.answer = answer
    }
}

// MARK: Without keys

extension PaymentsCore {
    /// As Hyperswitch's router: what the merchant calls it is unique, and the header is not read.
    private func routed(_ http: HTTPRequest) -> HTTPResponse {
        let reference = Self.text("reference", in: http.body)
        let account = flaw == .forgetsAccount ? "a" : http.headers["X-Account"] ?? "a"
        guard let amount = Self.amount(in: http.body) else { return Self.refusal(400, "IR_06") }
        let fault = change { state in
            defer { state.fault = nil }
            return state.fault
        }
        let place = "\(account) \(reference)" + (flaw == .ignoresBody ? " \(amount)" : "")
        let isNew = change { state in
            let isNew = state.provider[place] == nil
            state.provider[place] = true
            if isNew || flaw == .replayHappensAgain { state.payments.append((reference, account)) }
            return isNew
        }
        if fault == .slow { hold() }
        return isNew ? Self.json(201, ["id": .string(reference)]) : Self.refusal(400, "HE_01")
    }

    // MARK: JSON

    static func json(_ status: Int, _ body: JSON) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["Content-Type": "application/json"], body: Array(body.text.utf8))
    }

    static func refusal(_ status: Int, _ code: String) -> HTTPResponse { json(status, ["error": .string(code)]) }

    static func text(_ name: String, in body: [UInt8]) -> String {
        guard case .string(let text)? = (try? JSON(parsing: body))?[name] else { return "" }
        return text
    }

    static func amount(in body: [UInt8]) -> Int? {
        guard case .number(let text)? = (try? JSON(parsing: body))?["amount"], let amount = Int(text), amount > 0 else {
            return nil
        }
        return amount
    }
}
