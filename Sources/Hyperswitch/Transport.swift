import ExactJSON
import HTTPClient
import PaymentProviders

/// One call, before it is sent.
struct Call: Sendable {
    enum Method: String { case get = "GET", post = "POST" }

    let method: Method
    let path: String
    let key: IdempotencyKey?
    /// What a caller looks up when the outcome is not known; nothing for calls that change nothing.
    let id: ProviderID?
    /// Whose object the answer must be.
    let expected: ProviderID?
    let body: Body?
    /// What must not be repeated in an error, beside the API key.
    let secrets: [Secret]

    /// A call that changes nothing.
    init(_ method: Method, _ path: String, expecting id: ProviderID? = nil, body: Body? = nil) {
        self.method = method
        self.path = path
        self.body = body
        key = nil
        self.id = nil
        expected = id
        secrets = []
    }

    /// A call that can move money.
    init(_ method: Method, _ path: String, key: IdempotencyKey, id: ProviderID, body: Body, secrets: [Secret] = []) {
        self.method = method
        self.path = path
        self.key = key
        self.id = id
        expected = id
        self.body = body
        self.secrets = secrets
    }

    var headers: [HTTPField] {
        (body == nil ? [] : [HTTPField("Content-Type", "application/json")])
            + (key.map { [HTTPField("Idempotency-Key", $0.rawValue)] } ?? [])
    }
}

extension Secret {
    /// The API key as it is sent. Made for each request: an endpoint's own headers would show it in a dump.
    var header: HTTPField { HTTPField("api-key", revealed) }
}

/// Sends calls, and says what their answers mean.
struct Transport: Sendable {
    let endpoint: Endpoint
    let pool: ConnectionPool
    let apiKey: Secret

    /// Sends a call once and reads its answer.
    func send<Value>(
        _ call: Call, _ read: (ObjectReader) throws(Unreadable) -> Value
    ) async throws(ProviderError) -> Value {
        do throws(ProviderError) {
            let (status, document) = try Answer.accepted(try await exchange(call), id: call.id)
            do throws(Unreadable) {
                let reader = ObjectReader(document)
                if let expected = call.expected { try reader.requireID(expected) }
                return try read(reader)
            } catch {
                throw .unusable(.init(id: call.id, httpStatus: status, reason: error.reason))
            }
        } catch {
            throw error.withoutSecrets([apiKey] + call.secrets)
        }
    }

    /// Looks an object up.
    /// - Returns: `nil` only if the *API* says that there is none: another 404 may come from a wrong base URL, and "it never
    ///   arrived" is a licence to send again.
    func find<Value>(
        _ call: Call, _ read: (ObjectReader) throws(Unreadable) -> Value
    ) async throws(ProviderError) -> Value? {
        do throws(ProviderError) {
            return try await send(call, read)
        } catch {
            if case .rejected(let no) = error, no.httpStatus == 404, no.code == "HE_02" { return nil }
            throw error
        }
    }

    private func exchange(_ call: Call) async throws(ProviderError) -> HTTPReply {
        do throws(HTTPClientError) {
            let request = try OutgoingRequest(
                call.method.rawValue, call.path, headers: [apiKey.header] + call.headers, body: call.body?.bytes,
                endpoint: endpoint)
            return try await pool.perform(request)
        } catch {
            throw ProviderError(error, id: call.id)
        }
    }
}

/// What an answer says about the request.
enum Answer {
    /// Statuses that mean "not now": whether an earlier attempt, or this one, had its effect has to be looked up. 429 is in
    /// here: the request was most likely not processed, but what is to be done is what is done after an unknown outcome,
    /// namely to send the *same* one again later, and not to give up or to take a new key.
    private static let notNow: Set<Int> = [408, 409, 425, 429]
    /// The router's code for its own trouble: 500, and 422 when another request holds the payment's lock.
    private static let internalCode = "HE_00"

    /// The document of an answer that says yes.
    static func accepted(
        _ reply: HTTPReply, id: ProviderID?
    ) throws(ProviderError) -> (status: Int, document: JSON) {
        switch reply {
        case .lost(let reason):
            throw .unknown(.init(id: id, reason: "no answer, \(reason)"))
        case .response(let status, _, let body):
            guard status < 500, !notNow.contains(status) else { throw unknown(status, body, id) }
            switch verdict(status, body) {
            case .success(.yes(let document)): return (status, document)
            case .success(.no(let rejection)) where rejection.code == internalCode: throw unknown(status, body, id)
            case .success(.no(let rejection)): throw .rejected(rejection)
            case .failure(let problem): throw .unusable(.init(id: id, httpStatus: status, reason: problem.reason))
            }
        }
    }

    private enum Verdict {
        case yes(JSON)
        case no(ProviderError.Rejection)
    }

    /// Reads yes or no from a status of 2xx or 4xx and its body. An error comes in two shapes: its kind is `type`, or
    /// `error_type` where the router could not read the request.
    private static func verdict(_ status: Int, _ body: [UInt8]) -> Result<Verdict, Unreadable> {
        Result { () throws(Unreadable) in
            let isSuccess = (200..<300).contains(status)
            guard isSuccess || (400..<500).contains(status) else { throw Unreadable("the status is none of this API") }
            let document = try JSON.read(body)
            let error = document["error"] ?? .null
            if isSuccess, error == .null { return .yes(document) }
            guard case .string(let code) = error["code"], case .string(let message) = error["message"],
                case .string(let type) = error["type"] ?? error["error_type"]
            else { throw Unreadable("the error has no type, code and message") }
            return .no(.init(httpStatus: status, type: type, code: code, message: message))
        }
    }

    private static func unknown(_ status: Int, _ body: [UInt8], _ id: ProviderID?) -> ProviderError {
        var words = ["HTTP \(status)"]
        let document = try? JSON.read(body)
        if case .string(let code) = document?["error"]?["code"] { words.append(code) }
        if case .string(let message) = document?["error"]?["message"] { words.append(message) }
        return .unknown(.init(id: id, reason: words.joined(separator: ", ")))
    }
}
