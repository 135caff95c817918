import HTTPClient
import Money
import PaymentProviders

extension ProviderError {
    /// What the client itself refuses to send; certainly nothing happened, and the same request will never pass.
    static func notSendable(_ sentence: String) -> ProviderError {
        .rejected(.init(httpStatus: 0, type: "client", code: "not_sent", message: sentence))
    }

    init(_ error: HTTPClientError, id: ProviderID?) {
        switch error {
        case .unreachable(let url, let reason):
            self = .unknown(.init(id: id, reason: "\(url) cannot be reached: \(reason)", wasNotSent: true))
        case .gaveUpWaiting(let reason):
            self = .unknown(.init(id: id, reason: reason, wasNotSent: true))
        case .badRequest(let sentence), .badConfiguration(let sentence):
            self = .notSendable(sentence)
        case .passwordInURL:
            self = .notSendable("The base URL has a name or password in it.")
        }
    }

    /// The same error, should the provider have repeated a secret in its words.
    func withoutSecrets(_ secrets: [Secret]) -> ProviderError {
        func hide(_ text: String) -> String {
            secrets.filter { !$0.revealed.isEmpty }.reduce(text) { text, secret in
                text.split(separator: secret.revealed, omittingEmptySubsequences: false).joined(separator: "\(secret)")
            }
        }
        switch self {
        case .rejected(var no):
            (no.type, no.code, no.message) = (hide(no.type), hide(no.code), hide(no.message))
            return .rejected(no)
        case .unknown(var lost):
            lost.reason = hide(lost.reason)
            return .unknown(lost)
        case .unusable(var answer):
            answer.reason = hide(answer.reason)
            return .unusable(answer)
        }
    }
}

extension ProviderID {
    /// The id as it may stand in a path.
    /// - Throws: `rejected` for an id that the router does not take: 1 to 64 letters, digits, dashes and underscores. An
    ///   empty one would turn a look-up into the request for a list.
    var checked: String {
        get throws(ProviderError) {
            let allowed = rawValue.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
            guard allowed, (1...64).contains(rawValue.utf8.count) else {
                throw .notSendable("“\(rawValue)” is no id: it has 1 to 64 letters, digits, dashes and underscores.")
            }
            return rawValue
        }
    }
}

extension Money {
    /// The amount in the router's minor units.
    /// - Throws: `rejected` if the router's minor unit is too coarse, or the amount too large for it.
    var onTheWire: Int64 {
        get throws(ProviderError) {
            do throws(MoneyError) {
                return try expressed(on: .hyperswitch).amountMinorUnits
            } catch {
                throw .notSendable(error.description)
            }
        }
    }
}
