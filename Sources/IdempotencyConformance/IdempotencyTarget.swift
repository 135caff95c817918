/// An API, and how to make an operation there that must not happen twice.
///
/// Only ``baseURL`` and ``operation`` are needed. Each further part makes further checks possible; a check that lacks one says
/// which. Paths, headers and bodies may hold `{name}`: what a step of ``before`` saved, or `{reference}`, 26 letters and
/// digits that are new in each trial.
public struct IdempotencyTarget: Sendable {
    /// Where the API is, such as `http://127.0.0.1:8080`.
    public var baseURL: String
    /// Sent with every request, for instance who sends it.
    public var headers: [(name: String, value: String)] = []
    /// Sent before each trial, each with a key of its own, so that every trial has objects of its own.
    public var before: [IdempotencyStep] = []
    /// What is done under a key. It must be accepted, 2xx, the first time in each trial.
    public var operation: IdempotencyRequest
    /// Another body that the operation would accept under a new key (check 9).
    public var otherBody: String?
    /// Another operation that would be accepted under a new key (check 10). Best with the same body.
    public var otherEndpoint: IdempotencyRequest?
    /// The operation with something that validation refuses, 4xx (check 15).
    public var invalid: IdempotencyRequest?
    /// A request that the rules refuse for now, 4xx, and what lifts the refusal (check 13).
    public var refused: RefusedRequest?
    /// How effects are counted. Without it they are told from the answers alone, which a server can get wrong.
    public var effects: EffectCount?
    /// A request without effect (check 27); the one that counts effects unless said.
    public var read: IdempotencyRequest?
    /// The headers of another account, in place of those of the same names (check 26).
    public var otherAccount: [(name: String, value: String)] = []
    /// Takes the operation's effect back: a void, a refund (check 28).
    public var compensation: [IdempotencyStep] = []
    /// Whether a rule of the business refuses the operation a second time in one trial, whatever the key (check 25).
    public var isGuarded = false
    /// Whether the operation demands a key (check 1); what the profile says unless said.
    public var requiresKey: Bool?
    /// The header that carries the key; the profile's unless said.
    public var keyHeader: String?
    /// After how many seconds a request that never ended may be taken over (check 17).
    public var lockSeconds: Int?
    /// Lets time pass at the API.
    public var advanceClock: (@Sendable (_ seconds: Int) async throws -> Void)?
    /// What can be made to go wrong in the API.
    public var faults = IdempotencyFaults()
    /// The provider behind the API, if its calls can be seen (checks 21 to 23).
    public var downstream: Downstream?
    /// The client under check 2: is given a key that is empty, and must throw instead of sending.
    public var client: (@Sendable (_ key: String) async throws -> Void)?
    /// The longest a request may take.
    public var timeoutMilliseconds = 10_000
    /// How many requests are sent at once (check 12).
    public var parallelism = 8
    /// How often requests at once are tried (checks 11, 12 and 16); four times as often as long as none overlap.
    public var rounds = 4

    /// An API and one of its operations.
    public init(baseURL: String, operation: IdempotencyRequest) {
        self.baseURL = baseURL
        self.operation = operation
    }
}

/// A request as it is sent, but for the key.
public struct IdempotencyRequest: Sendable, CustomStringConvertible {
    public var method: String
    /// Behind the base URL, with `{name}` for values.
    public var path: String
    /// Beside the target's own.
    public var headers: [(name: String, value: String)]
    /// As it goes on the wire; JSON unless the headers have another `Content-Type`. A string that is one `{name}` becomes
    /// a number where a number was saved.
    public var body: String?

    public init(_ method: String, _ path: String, body: String? = nil, headers: [(name: String, value: String)] = []) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
    }

    /// A POST with a JSON body.
    public static func post(_ path: String, _ body: String? = nil) -> IdempotencyRequest {
        IdempotencyRequest("POST", path, body: body)
    }

    /// A GET.
    public static func get(_ path: String) -> IdempotencyRequest { IdempotencyRequest("GET", path) }

    /// Method and path.
    public var description: String { "\(method) \(path)" }
}

/// A request that prepares something, and what is kept of its answer.
public struct IdempotencyStep: Sendable {
    public var request: IdempotencyRequest
    /// Names, each with the way to its value in the answer: members by name, elements by number.
    public var saved: [(name: String, path: [String])]

    public init(_ request: IdempotencyRequest, saving saved: [(name: String, path: [String])] = []) {
        self.request = request
        self.saved = saved
    }
}

/// A request that the API refuses, and what would let it pass.
public struct RefusedRequest: Sendable {
    public var request: IdempotencyRequest
    /// After these it would be accepted. Without any, a replay is told only by its mark.
    public var remedy: [IdempotencyStep]
    /// Sent before, in place of the target's own, if there are any.
    public var before: [IdempotencyStep]?

    public init(_ request: IdempotencyRequest, remedy: [IdempotencyStep] = [], before: [IdempotencyStep]? = nil) {
        self.request = request
        self.remedy = remedy
        self.before = before
    }
}

/// How effects are counted: a number that grows by the same step with every operation that takes effect.
public enum EffectCount: Sendable {
    /// A number in an answer, or the length of a list there.
    case answer(IdempotencyRequest, at: [String] = [])
    /// Whatever the closure says; it is given what was saved.
    case custom(@Sendable (_ values: [String: String]) async throws -> Double)
}
