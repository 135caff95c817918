/// Why a call to a provider gave no answer that can be used. Three kinds, because three things are to be done.
public enum ProviderError: Error, Hashable, Sendable {
    /// The provider said no. It did not happen; a corrected request takes a new key.
    case rejected(Rejection)
    /// Nobody knows: a time-out, a lost connection, an answer of 5xx. It **may have happened**. Look it up by its id; the
    /// same request with the same key may be sent again, another one must not.
    case unknown(Unknown)
    /// The answer is not what the API promises. Treat it as unknown, and tell a person.
    case unusable(Unusable)

    /// A definite no.
    public struct Rejection: Hashable, Sendable {
        /// The answer's HTTP status. A blocked payment is rejected with 200; 0 is for what the client itself refuses to
        /// send.
        public var httpStatus: Int
        /// The provider's kind of error, such as `invalid_request`.
        public var type: String
        /// The provider's code, such as `IR_14`.
        public var code: String
        /// The provider's sentence.
        public var message: String

        /// Whether the provider has an object of this id already (Hyperswitch's `HE_01`): this request did nothing, but an
        /// earlier one did. Look it up.
        public var isDuplicate: Bool { code == "HE_01" }

        /// A rejection in the provider's words.
        public init(httpStatus: Int, type: String, code: String, message: String) {
            self.httpStatus = httpStatus
            self.type = type
            self.code = code
            self.message = message
        }
    }

    /// An outcome that is not known.
    public struct Unknown: Hashable, Sendable {
        /// What to look up; nothing for a request that changes nothing.
        public var id: ProviderID?
        /// What happened: how long was waited, what broke, which status was answered.
        public var reason: String
        /// Whether it is certain that the request never left this machine.
        public var wasNotSent: Bool

        /// An outcome that is not known, and why.
        public init(id: ProviderID?, reason: String, wasNotSent: Bool = false) {
            self.id = id
            self.reason = reason
            self.wasNotSent = wasNotSent
        }
    }

    /// An answer that is not what was promised.
    public struct Unusable: Hashable, Sendable {
        /// What to look up; nothing for a request that changes nothing.
        public var id: ProviderID?
        /// The answer's HTTP status.
        public var httpStatus: Int
        /// What is wrong with it.
        public var reason: String

        /// An answer, and what is wrong with it.
        public init(id: ProviderID?, httpStatus: Int, reason: String) {
            self.id = id
            self.httpStatus = httpStatus
            self.reason = reason
        }
    }
}

extension ProviderError: CustomStringConvertible {
    /// What happened and what to do, without anything secret.
    public var description: String {
        switch self {
        case .rejected(let no):
            no.httpStatus == 0
                ? "The request cannot be sent: \(no.message)"
                : "The provider rejected the request (\(no.httpStatus) \(no.code), \(no.type)): \(no.message)"
        case .unknown(let lost) where lost.wasNotSent:
            "Nothing was sent: \(lost.reason). The same request with the same key may be sent again."
        case .unknown(let lost):
            "It is not known whether the provider did it: \(lost.reason)."
                + (lost.id.map { " Look up \($0), or send the same request with the same key." } ?? "")
        case .unusable(let answer):
            "The provider answered \(answer.httpStatus) with something its API does not promise: \(answer.reason)."
                + (answer.id.map { " Look up \($0) before anything else." } ?? "")
        }
    }
}

/// Why a webhook must not be believed, or cannot be read.
public enum WebhookError: Error, Hashable, Sendable {
    /// There is no signature.
    case unsigned
    /// The signature is not that of these bytes.
    case wrongSignature
    /// The signature is right, and the body is not what the provider promises.
    case unreadable(String)
}

extension WebhookError: CustomStringConvertible {
    /// What is wrong with it, without anything secret.
    public var description: String {
        switch self {
        case .unsigned: "The webhook has no signature."
        case .wrongSignature: "The webhook's signature is not that of its body and the shared key."
        case .unreadable(let reason): "The webhook is signed, and cannot be read: \(reason)."
        }
    }
}
