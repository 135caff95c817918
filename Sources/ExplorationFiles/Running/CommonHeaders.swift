import ExactJSON
import Foundation
import Rewind
import RewindHTTP

/// What every request carries: `api.headers` and `api.auth`. A header with a variable that is null is left out, such as a
/// token before an action has saved it.
struct CommonHeaders: Sendable {
    private enum Header: Sendable {
        case plain(String, CompiledTemplate)
        case bearer(CompiledTemplate)
        case basic(user: CompiledTemplate, password: CompiledTemplate)
    }

    private let headers: [Header]

    init(_ api: APIPart, in scope: NameScope) throws(FileError) {
        var headers: [Header] = []
        for header in api.headers {
            headers.append(.plain(header.name.value, try CompiledTemplate(header.value, in: scope)))
        }
        switch api.authentication {
        case nil, .login: break
        case .bearer(let token): headers.append(.bearer(try CompiledTemplate(token, in: scope)))
        case .basic(let user, let password):
            headers.append(
                .basic(
                    user: try CompiledTemplate(user, in: scope), password: try CompiledTemplate(password, in: scope)))
        case .header(let name, let value):
            headers.append(.plain(name.value, try CompiledTemplate(value, in: scope)))
        }
        self.headers = headers
    }

    /// Those whose values are known, and that a request has not of its own.
    func fields(_ values: ScopedValues, besides own: [Exchange.Header]) -> [Exchange.Header] {
        headers.compactMap { try? Self.field($0, values) }.filter { field in
            !own.contains { $0.name.lowercased() == field.name.lowercased() }
        }
    }

    private static func field(_ header: Header, _ values: ScopedValues) throws(NullInTemplate) -> Exchange.Header {
        switch header {
        case .plain(let name, let value): return Exchange.Header(name, try value.text(values))
        case .bearer(let token): return Exchange.Header("Authorization", "Bearer \(try token.text(values))")
        case .basic(let user, let password):
            let credentials = Data("\(try user.text(values)):\(try password.text(values))".utf8).base64EncodedString()
            return Exchange.Header("Authorization", "Basic \(credentials)")
        }
    }
}
