/// What can be made to go wrong in the API under test. Each makes the *next* operation go wrong, once.
public struct IdempotencyFaults: Sendable {
    /// Does something to the API.
    public typealias Control = @Sendable () async throws -> Void

    /// It takes long enough for another request to arrive meanwhile (checks 11, 12, 16).
    public var slow: Control?
    /// It is answered with a 5xx that the API has decided on (check 14).
    public var serverError: Control?
    /// It dies with its key held and nothing done (check 17).
    public var diesHoldingKey: Control?
    /// It dies at a recovery point; the API is up again afterwards (check 18).
    public var crashes: [(point: String, control: Control)] = []
    /// Its transaction meets a serialization failure (check 19).
    public var serializationFailure: Control?
    /// Its handler fails with an error nobody expected (check 20).
    public var internalError: Control?
    /// Lets what is unfinished be finished, between tries: a reconciler, a queue (checks 17 to 22).
    public var settle: Control?

    /// None.
    public init() {}
}

/// The provider behind the API: what it was asked, and how it is made to fail.
public struct Downstream: Sendable {
    /// One request to the provider.
    public struct Call: Hashable, Sendable {
        public var method: String
        public var path: String
        /// The `Idempotency-Key`, or the id that the caller chose where the provider knows operations by that.
        public var key: String?

        public init(method: String, path: String, key: String?) {
            self.method = method
            self.path = path
            self.key = key
        }
    }

    /// What goes wrong with the next call that moves money.
    public enum Fault: String, CaseIterable, Hashable, Sendable {
        /// It did not happen, and the answer is a 503.
        case unavailable
        /// It happened, and its answer is lost.
        case replyLost = "reply-lost"
        /// It did not happen and never will: a definite 4xx.
        case rejected
    }

    /// All calls so far, in order; those that only read may be left out.
    public var calls: @Sendable () async throws -> [Call]
    /// Makes the next call fail.
    public var fail: @Sendable (Fault) async throws -> Void
    /// Whether the API may be told to do the operation again under a new key after a rejection: the trial's objects allow it.
    public var allowsAnotherAttempt: Bool

    public init(
        allowsAnotherAttempt: Bool = true, calls: @escaping @Sendable () async throws -> [Call],
        fail: @escaping @Sendable (Fault) async throws -> Void
    ) {
        self.allowsAnotherAttempt = allowsAnotherAttempt
        self.calls = calls
        self.fail = fail
    }
}
