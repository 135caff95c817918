/// What an `Idempotency-Key` does to a request that comes with one.
///
/// A key belongs to an account, and for as long as it lives to one request: one endpoint, one body. What was *done* under
/// it is never done again, whatever became of the answer. A request that did nothing leaves no record.
public struct KeyRules: Sendable {
    private let defects: Defects

    /// How long a key is remembered.
    public static let lifeSeconds: Int64 = 24 * 3600
    /// After this long without an answer, whoever was working on a request is taken for dead.
    public static let patienceSeconds: Int64 = 60
    /// Who sends a request that does not say it.
    public static let defaultAccount = "default"
    /// The longest key, and the longest name of an account.
    public static let maximumLength = 255

    /// The rules, or with bugs, rules that each lack something.
    public init(bugs: Set<Bug> = []) {
        defects = Defects(bugs)
    }

    /// What makes two requests the same.
    public struct Request: Hashable, Sendable {
        /// Who sends it.
        public let account: String
        /// Chosen by the client.
        public let key: String
        /// Method and path, such as `POST /orders/1/pay`.
        public let endpoint: String
        /// The body's SHA-256.
        public let fingerprint: String

        fileprivate init(account: String, key: String, endpoint: String, fingerprint: String) {
            self.account = account
            self.key = key
            self.endpoint = endpoint
            self.fingerprint = fingerprint
        }
    }

    /// What is remembered of a request that did something.
    public struct Record: Hashable, Sendable {
        /// How far it has come.
        public enum State: String, CaseIterable, Hashable, Sendable {
            /// It has begun to take effect, and is not answered.
            case inFlight = "in_flight"
            /// It took effect, at least in part, and failed before there was an answer.
            case interrupted
            /// It is answered, and the answer kept.
            case answered
        }

        /// Method and path.
        public let endpoint: String
        /// The body's SHA-256.
        public let fingerprint: String
        /// How far it has come.
        public let state: State
        /// When it began.
        public let createdAt: Timestamp

        /// Makes a record from its parts, as a store reads them.
        public init(endpoint: String, fingerprint: String, state: State, createdAt: Timestamp) {
            self.endpoint = endpoint
            self.fingerprint = fingerprint
            self.state = state
            self.createdAt = createdAt
        }

        /// From which second on the key is as good as new.
        public var expiresAt: Timestamp { createdAt.advanced(bySeconds: lifeSeconds) }
    }

    /// What to do with a request whose key is known.
    public enum Decision: Hashable, Sendable {
        /// Treat it as new: the key has outlived its record.
        case execute
        /// Give the answer that was kept.
        case replay
        /// Tell how what it began stands now: it took effect, and its answer is lost.
        case recover
    }

    /// A request with its key, which must be one that a header can carry.
    ///
    /// - Throws: `KeyRefusal.invalidKey`, `KeyRefusal.invalidAccount`.
    public func request(account: String?, key: String, endpoint: String, fingerprint: String)
        throws(KeyRefusal) -> Request
    {
        guard Self.isSendable(key) else { throw .invalidKey }
        guard let account else {
            return Request(account: Self.defaultAccount, key: key, endpoint: endpoint, fingerprint: fingerprint)
        }
        guard Self.isSendable(account) else { throw .invalidAccount }
        let scope = defects.has(.keyForgetsScope) ? Self.defaultAccount : account
        return Request(account: scope, key: key, endpoint: endpoint, fingerprint: fingerprint)
    }

    /// Decides on a request whose account has used the key before.
    ///
    /// - Throws: `KeyRefusal.reused`, `KeyRefusal.inFlight`.
    public func decide(_ request: Request, on record: Record, at now: Timestamp) throws(KeyRefusal) -> Decision {
        if now >= record.expiresAt { return .execute }
        let isSame =
            request.endpoint == record.endpoint
            && defects.guarding(.keyIgnoresBody, request.fingerprint == record.fingerprint)
        guard isSame else { throw .reused }
        switch record.state {
        case .answered: return .replay
        case .interrupted: return .recover
        case .inFlight:
            guard now >= record.createdAt.advanced(bySeconds: Self.patienceSeconds) else { throw .inFlight }
            return .recover
        }
    }

    /// Whether a key is claimed with the first effect of its request.
    public var claimsFirst: Bool { !defects.has(.keyWrittenLast) }

    /// Whether a request is remembered when it is answered.
    public var keepsAnswers: Bool { !defects.has(.keyIsOnlyALock) }

    /// One to 255 characters of visible ASCII.
    private static func isSendable(_ text: String) -> Bool {
        (1...maximumLength).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}

/// Why a request with an `Idempotency-Key` was not even looked at. Nothing has changed.
public enum KeyRefusal: String, Error, CaseIterable, Hashable, Sendable {
    /// The header is there, and is no key.
    case invalidKey = "invalid_idempotency_key"
    /// The account's name is none.
    case invalidAccount = "invalid_account"
    /// The key belongs to another request.
    case reused = "idempotency_key_reused"
    /// The first request with this key is still being worked on.
    case inFlight = "idempotency_key_in_flight"
}

extension KeyRefusal: CustomStringConvertible {
    /// The reason as a sentence for people.
    public var description: String {
        switch self {
        case .invalidKey:
            "The header Idempotency-Key must be there once, with 1 to 255 characters of visible ASCII."
        case .invalidAccount:
            "The header X-Account must be there at most once, with 1 to 255 characters of visible ASCII."
        case .reused: "The idempotency key was used for another request; use a new one."
        case .inFlight: "A request with this idempotency key is being worked on; try again in a moment."
        }
    }
}
