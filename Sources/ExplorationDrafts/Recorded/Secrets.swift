import ExactJSON
import Foundation

/// What must not get into a file: it becomes an environment variable.
struct Secrets {
    /// Variables by the value that they stand for.
    private(set) var names: [String: String] = [:]

    private static let words: Set<String> = [
        "authorization", "token", "secret", "password", "passwd", "apikey", "credential", "credentials", "session",
        "signature", "csrf", "xsrf", "cookie", "auth", "jwt", "pin", "cvc", "cvv", "otp", "assertion",
    ]

    /// Whether what is called that is a secret: `X-Api-Key`, `client_secret`.
    static func isSecret(_ name: String) -> Bool {
        let parts = Naming.snakeCase(name).split(separator: "_").map(String.init)
        if parts.contains(where: { words.contains($0) }) { return true }
        let joined = parts.joined(separator: "_")
        if joined.hasSuffix("idempotency_key") { return false }
        return ["api_key", "access_key", "private_key", "secret_key", "card_number", "account_number"].contains {
            joined.contains($0)
        } || joined == "key" || joined.hasSuffix("_key")
    }

    /// By its name, or because it says itself that it lets somebody in.
    static func isSecret(_ header: (name: String, value: String)) -> Bool {
        let value = header.value.lowercased()
        return isSecret(header.name) || value.hasPrefix("bearer ") || value.hasPrefix("basic ")
    }

    init(_ requests: [RecordedRequest]) {
        for request in requests {
            for header in request.headers where Self.isSecret(header) { collect(header) }
            for pair in request.query where Self.isSecret(pair.name) { add(pair.value, pair.name) }
            if let user = request.user {
                add(user.password, "api_password")
                add(user.name, "api_user")
            }
            switch request.body {
            case .json(let json): collect(json)
            case .form(let pairs): for pair in pairs where Self.isSecret(pair.name) { add(pair.value, pair.name) }
            case .multipart(let parts): for part in parts where Self.isSecret(part.name) { add(part.value, part.name) }
            case .text, nil: break
            }
        }
    }

    private mutating func collect(_ header: (name: String, value: String)) {
        let sides = header.value.split(separator: " ", maxSplits: 1).map(String.init)
        guard header.name.lowercased() == "authorization", sides.count == 2 else {
            return add(header.value, header.name)
        }
        guard sides[0].lowercased() == "basic", let pair = Self.basic(sides[1]) else { return add(sides[1], "token") }
        add(sides[1], "api_credentials")
        add(pair.password, "api_password")
        add(pair.user, "api_user")
    }

    /// The user and the password of basic authentication.
    static func basic(_ text: String) -> (user: String, password: String)? {
        guard let data = Data(base64Encoded: text) else { return nil }
        let sides = String(decoding: data, as: UTF8.self).split(separator: ":", maxSplits: 1).map(String.init)
        return sides.count == 2 ? (sides[0], sides[1]) : nil
    }

    private mutating func collect(_ json: JSON) {
        switch json {
        case .object(let members):
            for member in members {
                if Self.isSecret(member.name), let text = member.value.spelled { add(text, member.name) }
                collect(member.value)
            }
        case .array(let elements): for element in elements { collect(element) }
        case .null, .bool, .number, .string: break
        }
    }

    private mutating func add(_ value: String, _ name: String) {
        // What the shell would take from the environment is no secret of the file's.
        guard !value.isEmpty, names[value] == nil, value.first != EnvironmentMark.open else { return }
        let wanted = Naming.snakeCase(name).uppercased()
        let usual = wanted.hasPrefix("X_") ? String(wanted.dropFirst(2)) : wanted
        names[value] = Naming.unique(usual.isEmpty ? "SECRET" : usual, among: Set(names.values))
    }

    /// The text without secrets, as a template.
    func template(_ text: String, named name: String = "") -> String {
        var text = text
        if Self.isSecret(name), let variable = names[text] { return "${\(variable)}" }
        // Longer ones first: one may be part of another. Short ones are too likely to stand there by chance.
        for (secret, variable) in names.sorted(by: { ($0.key.count, $0.key) > ($1.key.count, $1.key) }) {
            guard secret.count >= 6 else { break }
            text = text.replacing(secret, with: EnvironmentMark.marked(variable))
        }
        return Templates.literal(text)
    }

    func template(_ json: JSON, named name: String = "") -> JSON {
        switch json {
        case .object(let members): .object(members.map { JSON.Member($0.name, template($0.value, named: $0.name)) })
        case .array(let elements): .array(elements.map { template($0) })
        case .string(let text): .string(template(text, named: name))
        case .number(let digits):
            if Self.isSecret(name), let variable = names[digits] { .string("${\(variable)}") } else { json }
        case .null, .bool: json
        }
    }
}
