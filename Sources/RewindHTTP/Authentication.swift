import Foundation
import Rewind

/// How requests prove who sends them.
public enum Authentication: Hashable, Sendable {
    /// Not at all.
    case none
    /// `Authorization: Bearer …` (RFC 6750).
    case bearer(_ token: String)
    /// `Authorization: Basic …` (RFC 7617), the name and password in UTF-8.
    case basic(user: String, password: String)
    /// A header of the API's own, such as `.header("api-key", "…")`.
    case header(_ name: String, _ value: String)

    /// The header that carries the proof, if any.
    var header: Exchange.Header? {
        switch self {
        case .none:
            return nil
        case .bearer(let token):
            return Exchange.Header("Authorization", "Bearer \(token)")
        case .basic(let user, let password):
            let credentials = Data("\(user):\(password)".utf8).base64EncodedString()
            return Exchange.Header("Authorization", "Basic \(credentials)")
        case .header(let name, let value):
            return Exchange.Header(name, value)
        }
    }
}
