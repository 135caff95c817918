import ExactJSON

extension RecordedDrafting {
    /// One action for the requests of a group when at most one value differs, else one for each of the first few.
    func actions(for group: [Int], _ taken: inout Set<String>) -> [DraftAction] {
        let usual = actionName(group[0])
        let ways = differences(in: group)
        let separate = ways.count > 1 ? distinct(group) : [group[0]]
        var actions: [DraftAction] = []
        for (number, index) in separate.prefix(4).enumerated() {
            var action = action(for: index, saving: group)
            action.name = Naming.unique(usual, among: taken)
            taken.insert(action.name)
            var body = self.body(of: index)
            if number == 0, ways.count == 1, case .json(let json)? = body {
                let values = group.compactMap { leaf(ways[0], of: $0) }
                    .reduce(into: [JSON]()) { if !$0.contains($1) { $0.append($1) } }
                action.arguments = [
                    DraftArgument(name: ways[0].last ?? "it", values: values.prefix(6).map { secrets.template($0) })
                ]
                body = .json(json.replacing(at: ways[0][...], with: "{value}"))
            }
            action.body = body
            addGuards(to: &action, index)
            actions.append(action)
        }
        if separate.count > 4 {
            actions[0].notes.append("\(separate.count - 4) more requests like \(usual) were seen and not taken over.")
        }
        return actions
    }

    private func action(for index: Int, saving group: [Int]) -> DraftAction {
        let request = requests[index]
        var action = DraftAction(name: "", method: request.method, path: path(of: index))
        action.query = request.query.map { pair in
            (pair.name, variableOrText(pair.value, named: pair.name))
        }
        for header in request.headers where isOwn(header.name) && !Secrets.isSecret(header) {
            action.headers.append((header.name, secrets.template(header.value, named: header.name)))
        }
        let key = request.headers.first { $0.name.lowercased().hasSuffix("idempotency-key") }
        action.idempotencyHeader = key?.name
        for save in group.flatMap(identifiers.given)
        where !action.saved.contains(where: { $0.variable == save.variable }) {
            action.saved.append(save)
        }
        if let status = request.status, (300..<400).contains(status) { action.accepted = ["2xx", String(status)] }
        let states = group.compactMap { requests[$0].isAccepted ? requests[$0].answer?["status"] : nil }
        if request.method != "GET", states.contains(where: { if case .string = $0 { true } else { false } }),
            !action.path.contains("health")
        {
            action.saved.append(DraftSave(variable: "status", path: "$.status", isOptional: true))
        }
        return action
    }

    /// A header that says something of its own: not what every client sends, and no secret, which `api` has.
    private func isOwn(_ name: String) -> Bool {
        let name = name.lowercased()
        let usual: Set<String> = [
            "accept", "accept-encoding", "accept-language", "user-agent", "host", "content-length", "content-type",
            "connection", "referer", "origin", "cache-control", "pragma", "dnt", "te", "priority", "if-none-match",
            "if-modified-since", "upgrade-insecure-requests", "keep-alive", "expect", "transfer-encoding",
        ]
        let isNoise = usual.contains(name) || name.hasPrefix(":") || name.hasPrefix("sec-")
        return !isNoise && !Secrets.isSecret(name) && !name.hasSuffix("idempotency-key")
    }

    private func variableOrText(_ value: String, named name: String) -> String {
        if let variable = identifiers.variable(for: value, named: name) { return "{\(variable)}" }
        return secrets.template(value, named: name)
    }

    private func body(of index: Int) -> DraftBody? {
        switch requests[index].body {
        case .json(let json): .json(templated(json, named: ""))
        case .form(let pairs): .form(pairs.map { ($0.name, variableOrText($0.value, named: $0.name)) })
        case .multipart(let parts):
            .multipart(parts.map { ($0.name, secrets.template($0.value, named: $0.name), $0.isFile) })
        case .text(let text, let type): .text(secrets.template(text), contentType: Templates.literal(type))
        case nil: nil
        }
    }

    private func templated(_ json: JSON, named name: String) -> JSON {
        switch json {
        case .object(let members):
            return .object(members.map { JSON.Member($0.name, templated($0.value, named: $0.name)) })
        case .array(let elements): return .array(elements.map { templated($0, named: name) })
        case .string(let text), .number(let text):
            if let variable = identifiers.variable(for: text, named: name) { return .string("{\(variable)}") }
            return secrets.template(json, named: name)
        case .null, .bool: return json
        }
    }

    private func leaf(_ way: [String], of index: Int) -> JSON? {
        guard case .json(let json)? = requests[index].body else { return nil }
        return json.value(at: way[...])
    }

    /// The ways to values that are not the same in all of them, but for ids and secrets.
    private func differences(in group: [Int]) -> [[String]] {
        guard case .json(let first)? = requests[group[0]].body else { return [] }
        return first.leafWays().filter { way in
            let values = group.compactMap { leaf(way, of: $0) }
            let name = way.last ?? ""
            if Secrets.isSecret(name) { return false }
            if values.contains(where: { identifiers.variable(for: $0.plainText, named: name) != nil }) { return false }
            return Set(values).count > 1
        }
    }

    /// Those with bodies of their own.
    private func distinct(_ group: [Int]) -> [Int] {
        var seen: Set<JSON> = []
        return group.filter { index in
            guard case .json(let json)? = requests[index].body else { return true }
            return seen.insert(json).inserted
        }
    }

    private func addGuards(to action: inout DraftAction, _ index: Int) {
        var used: [String] = []
        func use(_ variable: String) { if !used.contains(variable) { used.append(variable) } }
        for place in (identifiers.segments[index] ?? [:]).sorted(by: { $0.key < $1.key }) { use(place.value) }
        for pair in requests[index].query {
            if let variable = identifiers.variable(for: pair.value, named: pair.name) { use(variable) }
        }
        switch requests[index].body {
        case .json(let json):
            for way in json.leafWays() {
                let name = way.last { Int($0) == nil } ?? ""
                guard let value = json.value(at: way[...])?.spelled else { continue }
                if let variable = identifiers.variable(for: value, named: name) { use(variable) }
            }
        case .form(let pairs):
            for pair in pairs {
                if let variable = identifiers.variable(for: pair.value, named: pair.name) { use(variable) }
            }
        case .multipart, .text, nil: break
        }
        action.conditions = used.map { "\($0) IS NOT NULL" }
        bound(&action, isNested: !used.isEmpty)
    }

    /// What is made at the top is made once, what is made of something else twice: so that there is an end to it.
    private func bound(_ action: inout DraftAction, isNested: Bool) {
        guard action.method == "POST" else { return }
        let ids = action.saved.filter { $0.variable != "status" }
        if !isNested, let first = ids.first {
            action.conditions.append("\(first.variable) IS NULL")
        } else if !(isNested && ids.isEmpty && action.body == nil && !action.saved.isEmpty) {
            let counter = Naming.variable("\(action.name)_count")
            action.conditions.append("\(counter) < 2")
            action.assignments.append((counter, "\(counter) + 1"))
        }
    }

    /// `POST /orders` is `create_order`, `POST /orders/1/pay` is `pay_order`, `GET /orders` is `list_orders`.
    private func actionName(_ index: Int) -> String {
        let request = requests[index]
        let words = request.segments.enumerated().filter { place, segment in
            identifiers.segments[index]?[place] == nil && !SeenIdentifiers.looksLikeID(segment)
                && segment.wholeMatch(of: /v[0-9]+|api/) == nil
        }
        guard let last = words.last else { return request.method.lowercased() + "_root" }
        let word = Naming.snakeCase(last.element)
        let endsInID = last.offset != request.segments.count - 1
        let single = Naming.singular(word)
        let owner = words.dropLast().last.map { Naming.singular(Naming.snakeCase($0.element)) }
        let name =
            switch request.method {
            case "GET", "HEAD": endsInID || single == word ? "get_\(single)" : "list_\(word)"
            case "PUT": "replace_\(single)"
            case "PATCH": "update_\(single)"
            case "DELETE": "delete_\(single)"
            default: postName(word, single, owner)
            }
        return name.isEmpty ? "request" : name
    }

    private func postName(_ word: String, _ single: String, _ owner: String?) -> String {
        if single != word { return "create_\(single)" }
        return owner.map { "\(word)_\($0)" } ?? "post_\(word)"
    }
}
