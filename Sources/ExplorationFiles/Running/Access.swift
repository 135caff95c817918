import ExactJSON
import Rewind
import RewindHTTP

/// What is asked of an API before it is explored: whether it is there, and who we are.
public struct Access: Sendable {
    private let headers: CommonHeaders
    private let login: (request: CompiledRequest, part: LoginPart)?
    private let values: ScopedValues

    private struct LoginPart: Sendable {
        let token: JSONPath
        let position: SourcePosition
        let accepted: [StatusPattern]
        let header: String
        let prefix: String
    }

    /// - Throws: ``FileErrors``.
    public init(_ file: ExplorationFile) throws(FileErrors) {
        let context = FileContext(of: file)
        let scope = NameScope(context.variables)
        values = ScopedValues(context: context)
        do {
            headers = try CommonHeaders(file.api, in: scope)
            if case .login(let request, let token, let header, let prefix) = file.api.authentication {
                let part = LoginPart(
                    token: token.value, position: token.position, accepted: request.accepted, header: header,
                    prefix: prefix)
                login = (try CompiledRequest(request, in: scope, headers), part)
            } else {
                login = nil
            }
        } catch {
            throw FileErrors([error])
        }
    }

    /// Asks for a path.
    /// - Returns: the status; `nil` when the answer was lost.
    /// - Throws: `APIError`.
    public func status(of path: String, from api: API) async throws -> Int? {
        try await api.send(Request("GET", path, headers: headers.fields(values, besides: []))).status
    }

    /// The headers that every request carries, those of a login among them.
    /// - Throws: ``LoginFailure``, or `APIError`.
    public func headers(from api: API) async throws -> [Exchange.Header] {
        let common = headers.fields(values, besides: [])
        guard case .header(let name, let value) = try await authentication(from: api) else { return common }
        return common + [Exchange.Header(name, value)]
    }

    /// Whether there is a login request.
    public var hasLogin: Bool { login != nil }

    /// Sends the login request, if there is one.
    /// - Returns: the header that later requests carry.
    /// - Throws: ``LoginFailure``, or `APIError`.
    public func authentication(from api: API) async throws -> Authentication {
        guard let login else { return .none }
        let reply = try await api.bound(to: Journal()).send(login.request.formed(values))
        guard login.part.accepted.contains(where: { $0.matches(reply.status) }) else {
            throw LoginFailure(description: "\(login.part.position): The login was not accepted. \(reply.summary)")
        }
        guard let token = try reply.json.value.flatMap(login.part.token.value)?.asText else {
            throw LoginFailure(
                description: "\(login.part.position): There is no \(login.part.token) in the answer to the login. "
                    + reply.summary)
        }
        return .header(login.part.header, login.part.prefix + token)
    }
}

/// There is no token to go on with.
public struct LoginFailure: Error, CustomStringConvertible {
    public let description: String
}

extension Template {
    /// The text with these values put in, where no variables of the context are known.
    /// - Throws: ``FileError`` for a name that is none of them.
    public func text(_ values: [String: String]) throws(FileError) -> String {
        var text = ""
        for segment in segments {
            switch segment {
            case .text(let more): text += more
            case .variable(let name, let position):
                guard let value = values[name] else {
                    let known = values.keys.sorted().map { "{\($0)}" }.joined(separator: " and ")
                    throw FileError(
                        "Only \(known.isEmpty ? "plain text" : known) can stand here, not {\(name)}.", at: position)
                }
                text += value
            }
        }
        return text
    }
}
