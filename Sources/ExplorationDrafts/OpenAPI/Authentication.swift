import ExplorationFiles

/// What `securitySchemes` ask for, taken from the environment.
struct Authentication {
    var part: DraftAuthentication?
    var headers: [(name: String, value: String)] = []
    var query: [(name: String, value: String)] = []
    var notes: [String] = []

    init(_ document: OpenAPIDocument, _ operations: [Operation]) throws(FileError) {
        let schemes = try document.entries(document.root["components"]?["securitySchemes"])
        let asked = Self.alternatives(document.root["security"]) + operations.flatMap { Self.alternatives($0.security) }
        // The first alternative that is asked for; each of its schemes has to be met.
        guard let first = asked.first(where: { !$0.isEmpty }) else { return }
        for name in first {
            guard let scheme = schemes.first(where: { $0.name.value == name })?.value else {
                notes.append("Could not tell what the security scheme \(name) is: components has none of that name.")
                continue
            }
            add(scheme, name: name)
        }
    }

    private static func alternatives(_ node: LocatedNode?) -> [[String]] {
        (node?.elements ?? []).map { $0.entries.map(\.key.value) }
    }

    private mutating func add(_ scheme: LocatedNode, name: String) {
        let parameter = scheme["name"]?.plainText ?? name
        switch (scheme["type"]?.string, scheme["scheme"]?.string?.lowercased()) {
        case ("http", "basic"): part = .basic(user: "${API_USER}", password: "${API_PASSWORD}")
        case ("http", _): part = .bearer("${TOKEN}")
        case ("oauth2", _), ("openIdConnect", _):
            part = .bearer("${TOKEN}")
            notes.append("Could not tell how to get a token by \(name); it is taken from TOKEN in the environment.")
        case ("apiKey", _):
            switch scheme["in"]?.string {
            case "query": query.append((parameter, "${API_KEY}"))
            case "cookie": headers.append(("Cookie", "\(parameter)=${API_KEY}"))
            default:
                if part == nil {
                    part = .header(name: parameter, value: "${API_KEY}")
                } else {
                    headers.append((parameter, "${API_KEY}"))
                }
            }
        default: notes.append("Could not tell how to meet the security scheme \(name).")
        }
    }
}
