import ExactJSON

/// The ids that answers gave and later requests used.
///
/// Without answers (a list of curl commands) an id in a path is told by its place: behind a collection that something was
/// posted to before.
struct SeenIdentifiers {
    /// An id's variable, and where it came from.
    struct Origin {
        var variable: String
        /// The request that gave it, by its index.
        var request: Int
        var path: String
    }

    /// By the id's text.
    private var origins: [String: Origin] = [:]
    /// `[request: [segment: variable]]`
    private(set) var segments: [Int: [Int: String]] = [:]
    private(set) var used: Set<String> = []
    private let requests: [RecordedRequest]
    private let hasAnswers: Bool

    init(_ requests: [RecordedRequest], hasAnswers: Bool) {
        self.requests = requests
        self.hasAnswers = hasAnswers
        for index in requests.indices {
            readPath(of: index)
            markUses(of: index)
            if hasAnswers { learn(from: index) }
        }
    }

    /// The variable that an id in a request is, if an earlier answer gave it.
    func variable(for value: String, named name: String) -> String? {
        guard let origin = origins[value], Self.canStand(value, named: name) else { return nil }
        return origin.variable
    }

    /// What the request gives that later ones use.
    func given(by index: Int) -> [DraftSave] {
        origins.values.filter { $0.request == index && used.contains($0.variable) }
            .sorted { ($0.variable, $0.path) < ($1.variable, $1.path) }
            .map { DraftSave(variable: $0.variable, path: $0.path, isOptional: !hasAnswers) }
    }

    /// A short number says little: it counts where a name says that it is an id.
    private static func canStand(_ value: String, named name: String) -> Bool {
        value.count >= 8 || isNamedID(name)
    }

    private static func isNamedID(_ name: String) -> Bool {
        let name = Naming.snakeCase(name)
        return name == "id" || name.hasSuffix("_id") || name == "uuid" || name.hasSuffix("_uuid")
    }

    private mutating func readPath(of index: Int) {
        let request = requests[index]
        for (place, segment) in request.segments.enumerated() where place > 0 {
            if let origin = origins[segment] {
                segments[index, default: [:]][place] = origin.variable
                used.insert(origin.variable)
            } else if !hasAnswers, Self.looksLikeID(segment) {
                guess(segment, at: place, of: index)
            }
        }
    }

    private mutating func guess(_ segment: String, at place: Int, of index: Int) {
        let collection = request(index, upTo: place)
        guard
            let creator = requests[..<index].lastIndex(where: { earlier in
                earlier.method == "POST" && earlier.segments.map(Self.placeholder) == collection
            })
        else { return }
        let name = Naming.singular(Naming.snakeCase(requests[index].segments[place - 1]))
        let variable = Naming.variable("\(name)_id")
        origins[segment] = Origin(variable: variable, request: creator, path: "$.id")
        segments[index, default: [:]][place] = variable
        used.insert(variable)
    }

    private func request(_ index: Int, upTo place: Int) -> [String] {
        requests[index].segments[..<place].map(Self.placeholder)
    }

    private static func placeholder(_ segment: String) -> String { looksLikeID(segment) ? "{}" : segment }

    /// A number, a UUID, a long hexadecimal text, `ord_123`, or a variable of the shell.
    static func looksLikeID(_ segment: String) -> Bool {
        if segment.contains(EnvironmentMark.open) { return true }
        if segment.allSatisfy(\.isNumber) { return true }
        if segment.wholeMatch(of: /[0-9a-fA-F-]{16,}/) != nil { return true }
        return segment.wholeMatch(of: /[A-Za-z]{1,8}[_-][A-Za-z0-9_-]*[0-9][A-Za-z0-9_-]*/) != nil
    }

    private mutating func markUses(of index: Int) {
        let request = requests[index]
        for pair in request.query { markUse(pair.value, pair.name) }
        switch request.body {
        case .json(let json): markUses(in: json, named: "", depth: 0)
        case .form(let pairs): for pair in pairs { markUse(pair.value, pair.name) }
        case .multipart, .text, nil: break
        }
    }

    private mutating func markUses(in json: JSON, named name: String, depth: Int) {
        switch json {
        case .object(let members):
            for member in members { markUses(in: member.value, named: member.name, depth: depth + 1) }
        case .array(let elements): for element in elements { markUses(in: element, named: name, depth: depth + 1) }
        case .string(let text), .number(let text): markUse(text, name)
        case .null, .bool: break
        }
    }

    private mutating func markUse(_ value: String, _ name: String) {
        if let variable = variable(for: value, named: name) { used.insert(variable) }
    }

    private mutating func learn(from index: Int) {
        guard requests[index].isAccepted, let answer = requests[index].answer else { return }
        var budget = 300
        learn(answer, way: [], from: index, &budget)
    }

    private mutating func learn(_ json: JSON, way: [String], from index: Int, _ budget: inout Int) {
        budget -= 1
        guard budget > 0, way.count < 6 else { return }
        switch json {
        case .object(let members):
            for member in members { learn(member.value, way: way + [member.name], from: index, &budget) }
        case .array(let elements):
            for (place, element) in elements.prefix(3).enumerated() {
                learn(element, way: way + [String(place)], from: index, &budget)
            }
        case .string(let text), .number(let text):
            guard let name = way.last, Self.isNamedID(name), !text.isEmpty, origins[text] == nil else { return }
            // What the tester gave, the API did not make.
            if isSent(text, by: index) { return }
            origins[text] = Origin(
                variable: variable(named: name, way, from: index), request: index, path: JSONPathText.path(way))
        case .null, .bool: break
        }
    }

    private func isSent(_ text: String, by index: Int) -> Bool {
        if requests[index].segments.contains(text) { return true }
        guard text.count >= 4, case .json(let body)? = requests[index].body else { return false }
        return body.text.contains("\"\(text)\"")
    }

    private func variable(named name: String, _ way: [String], from index: Int) -> String {
        let name = Naming.snakeCase(name)
        if name != "id" && name != "uuid" { return Naming.variable(name) }
        let owner =
            way.dropLast().last { Int($0) == nil && !["data", "result", "results", "items"].contains($0) }
            ?? requests[index].segments.last { !Self.looksLikeID($0) } ?? "it"
        return Naming.variable("\(Naming.singular(Naming.snakeCase(owner)))_\(name)")
    }
}
