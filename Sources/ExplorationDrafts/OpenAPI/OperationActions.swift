import ExactJSON
import ExplorationFiles

extension OpenAPIDrafting {
    /// One action for each body that the document shows, and those that the API must refuse by its own schema.
    func actions(for index: Int, taken: inout Set<String>) throws(FileError) -> [DraftAction] {
        var base = try request(for: index)
        let bodies = try bodies(for: index)
        var actions: [DraftAction] = []
        if bodies.isEmpty {
            base.name = Naming.unique(base.name, among: taken)
            taken.insert(base.name)
            return [base]
        }
        let usual = base.name
        let varied = try mostTelling(bodies, for: index)
        for (number, shown) in bodies.enumerated() {
            var action = base
            let suffix = shown.name.map { "_" + Naming.snakeCase($0) } ?? ""
            action.name = Naming.unique(bodies.count > 1 ? usual + suffix : usual, among: taken)
            taken.insert(action.name)
            let filled = try filled(shown.value, for: index, into: &action, varies: number == varied)
            actions.append(action)
            if number == varied {
                for refusal in refusals(of: filled, like: base, index) {
                    actions.append(refusal.renamed(Naming.unique(refusal.name, among: taken)))
                    taken.insert(actions[actions.count - 1].name)
                }
            }
        }
        return actions
    }

    /// All of it but the body.
    private func request(for index: Int) throws(FileError) -> DraftAction {
        let operation = operations[index]
        var action = DraftAction(name: actionName(operation), method: operation.method, path: actionPath(index))
        let missing = wiring.missing(for: index)
        if !missing.isEmpty {
            let names = missing.map { "{\($0.name)}" }.joined(separator: ", ")
            action.missing = "could not tell where \(names) of \(operation.path) comes from."
            action.notes.append(
                "\(action.name) is left out: could not tell where \(names) of \(operation.path) comes from.")
        }
        try addParameters(of: index, to: &action)
        action.query += authentication.query
        action.accepted = accepted(operation)
        addRefused(operation, to: &action)
        try addSaves(of: index, to: &action)
        try addGuards(of: index, to: &action)
        return action
    }

    private func actionName(_ operation: Operation) -> String {
        let name = Naming.snakeCase(operation.identifier ?? "\(operation.method) \(operation.path)")
        return name.isEmpty ? operation.method.lowercased() : name
    }

    func actionPath(_ index: Int) -> String {
        let operation = operations[index]
        var path = Templates.literal(operation.path)
        for parameter in operation.parameters
        where parameter.location == "path" && !parameter.name.contains(where: "{}".contains) {
            let value: String
            if let variable = wiring.wires[index]?[parameter.name] {
                value = "{\(variable)}"
            } else if let shown = document.shownValue(of: parameter)?.spelled {
                value = Templates.literal(shown.percentEncoded)
            } else {
                value = "{\(Naming.variable(parameter.name))}"
            }
            path = path.replacing("{{\(parameter.name)}}", with: value)
        }
        return path
    }

    private func addParameters(of index: Int, to action: inout DraftAction) throws(FileError) {
        for parameter in operations[index].parameters {
            let name = parameter.name.lowercased()
            if parameter.location == "header", name.hasSuffix("idempotency-key") {
                action.idempotencyHeader = parameter.name
                action.isKeyOptional = !parameter.isRequired
                continue
            }
            guard parameter.isRequired, ["query", "header"].contains(parameter.location) else { continue }
            if ["authorization", "content-type", "accept"].contains(name) { continue }
            var value = "{\(wiring.variable(forField: parameter.name, of: index) ?? "")}"
            if let variable = wiring.variable(forField: parameter.name, of: index) {
                action.conditions.append("\(variable) IS NOT NULL")
            } else {
                value = try sampleText(of: parameter, for: &action)
            }
            if parameter.location == "query" { action.query.append((parameter.name, value)) }
            if parameter.location == "header" { action.headers.append((parameter.name, value)) }
        }
    }

    private func sampleText(of parameter: OperationParameter, for action: inout DraftAction) throws(FileError) -> String
    {
        if let shown = document.shownValue(of: parameter) { return Templates.literal(shown.plainText) }
        action.comments.append("Could not tell what \(parameter.name) is; a made-up value is sent.")
        action.notes.append("Could not tell what \(parameter.name) of \(action.name) is; a made-up value is sent.")
        guard let schema = parameter.schema else { return "1" }
        var samples = SampleMaker(document)
        return Templates.literal(try samples.sample(schema, name: parameter.name).plainText)
    }

    /// The one whose values are varied: the first with an amount in it, else the first.
    private func mostTelling(_ bodies: [(name: String?, value: JSON)], for index: Int) throws(FileError) -> Int {
        for (number, body) in bodies.enumerated() {
            let leaves = try document.leaves(of: body.value, schema: operations[index].body?.schema)
            if leaves.contains(where: \.isAmount) { return number }
        }
        return 0
    }

    /// The bodies that the document shows, or one that its schema asks for; none when no body is sent.
    private func bodies(for index: Int) throws(FileError) -> [(name: String?, value: JSON)] {
        guard let body = operations[index].body, !operations[index].isSafe else { return [] }
        if !body.examples.isEmpty { return Array(body.examples.prefix(4)) }
        guard let schema = body.schema else { return [(nil, .object([]))] }
        var samples = SampleMaker(document)
        return [(nil, try samples.sample(schema, name: operations[index].lastWord ?? ""))]
    }
}

extension OpenAPIDrafting {
    private func accepted(_ operation: Operation) -> [String] {
        let statuses = operation.responses.map(\.status).filter { $0.hasPrefix("2") || $0.hasPrefix("3") }
        return statuses.filter { $0.wholeMatch(of: /[23]([0-9][0-9]|xx)/) != nil }
    }

    /// The statuses that refuse, when the document seems to name them all: a document with one of them, or none, was
    /// written with the good case in mind, and any 4xx is a refusal.
    private func addRefused(_ operation: Operation, to action: inout DraftAction) {
        let named = operation.responses.map(\.status).filter { $0.wholeMatch(of: /4([0-9][0-9]|xx)/) != nil }
        if named.count > 1 {
            action.refused = named
        } else if !operation.isSafe {
            let what = named.isEmpty ? "names no status that refuses" : "names \(named[0]) alone as refusing"
            action.comments.append("The document \(what), so every 4xx is taken for a refusal.")
        }
    }

    private func addSaves(of index: Int, to action: inout DraftAction) throws(FileError) {
        action.saved = wiring.saves[index] ?? []
        for field in statuses where wiring.concerns(field, index) {
            guard let path = try wiring.path(of: field, in: index) else { continue }
            if operations[index].isSafe {
                guard try isShownLate(field) else { continue }
            }
            action.saved.append(DraftSave(variable: field.variable, path: path, isOptional: !field.isRequired))
        }
    }

    /// Whether something that may change the status does not answer with it, so that it has to be asked for.
    private func isShownLate(_ field: StatusField) throws(FileError) -> Bool {
        for index in operations.indices where !operations[index].isSafe && wiring.concerns(field, index) {
            if wiring.sendable.contains(index), try wiring.path(of: field, in: index) == nil { return true }
        }
        return false
    }

    /// When the request can be formed, and that there is an end to what it makes.
    private func addGuards(of index: Int, to action: inout DraftAction) throws(FileError) {
        let used = operations[index].parameters.compactMap { wiring.wires[index]?[$0.name] }
        for variable in used where !action.conditions.contains("\(variable) IS NOT NULL") {
            action.conditions.append("\(variable) IS NOT NULL")
        }
        guard !operations[index].isSafe else { return }
        if let created = wiring.created(by: index), used.isEmpty {
            action.conditions.append("\(created.variable) IS NULL")
        } else if try mayGoOnForEver(index) {
            let counter = Naming.variable("\(action.name)_count")
            action.conditions.append("\(counter) < 2")
            action.assignments.append((counter, "\(counter) + 1"))
        }
    }

    /// A POST makes something new each time, unless it moves something with a status that comes to an end, and all of it.
    private func mayGoOnForEver(_ index: Int) throws(FileError) -> Bool {
        let operation = operations[index]
        guard operation.method == "POST" else { return false }
        guard wiring.created(by: index) == nil else { return true }
        for field in statuses where wiring.concerns(field, index) {
            guard try wiring.path(of: field, in: index) != nil else { continue }
            let takesParts = try document.schema(operation.body?.schema).properties.contains {
                Money.isNamedLikeOne($0.name)
            }
            return takesParts
        }
        return true
    }
}

extension OpenAPIDrafting {
    /// A body whose leaves are replaced by variables and arguments.
    struct FilledBody {
        var value: JSON
        var domains: [ArgumentDomain]
    }

    /// Puts the body into the action.
    private func filled(
        _ shown: JSON, for index: Int, into action: inout DraftAction, varies: Bool
    ) throws(FileError) -> FilledBody {
        let operation = operations[index]
        var body = Templates.literal(shown)
        var domains: [ArgumentDomain] = []
        let isCreation = wiring.created(by: index).map { !$0.creators.isEmpty } ?? false
        for leaf in try document.leaves(of: shown, schema: operation.body?.schema) {
            if let variable = wiring.variable(forField: leaf.name, of: index) {
                body = body.replacing(at: leaf.way[...], with: .string("{\(variable)}"))
                let condition = "\(variable) IS NOT NULL"
                if !action.conditions.contains(condition) { action.conditions.insert(condition, at: 0) }
            } else {
                let isPart =
                    !isCreation || operation.path.contains("{")
                    || !action.conditions.contains { $0.hasSuffix("IS NULL") }
                domains.append(ArgumentDomain(leaf, partOf: isPart ? wholeAmount : nil))
            }
        }
        limitCreation(index, &action)
        let result = FilledBody(value: body, domains: domains)
        if varies { body = vary(body, domains, in: &action) }
        action.body = draftBody(body, operation)
        return result
    }

    /// What is made of something else may be made twice; alone, once.
    private func limitCreation(_ index: Int, _ action: inout DraftAction) {
        guard let created = wiring.created(by: index), action.conditions.contains("\(created.variable) IS NULL"),
            action.conditions.count > 1
        else { return }
        action.conditions.removeAll { $0 == "\(created.variable) IS NULL" }
        let counter = Naming.variable("\(actionName(operations[index]))_count")
        action.conditions.append("\(counter) < 2")
        action.assignments.append((counter, "\(counter) + 1"))
    }

    /// Chooses one amount or number and one choice, with few values: each is an edge from every state.
    private func vary(_ body: JSON, _ domains: [ArgumentDomain], in action: inout DraftAction) -> JSON {
        let creates = action.conditions.contains { $0.hasSuffix("IS NULL") }
        var chosen: [(domain: ArgumentDomain, values: [JSON])] = []
        let amount =
            domains.first { $0.leaf.isAmount && $0.open.count > 1 }
            ?? domains.first { !$0.leaf.isChoice && $0.open.count > 1 }
        if let amount { chosen.append((amount, Array(amount.open.prefix(creates ? 3 : 5)))) }
        let isStatus = { (name: String) in ["status", "state"].contains(Naming.snakeCase(name)) }
        let choice =
            domains.first { $0.leaf.isChoice && isStatus($0.leaf.name) } ?? domains.first { $0.leaf.isChoice }
        if let choice {
            let most = amount == nil ? (isStatus(choice.leaf.name) ? 10 : 4) : 2
            chosen.append((choice, Array(choice.open.prefix(most))))
        }
        return put(chosen, into: body, of: &action)
    }

    private func put(
        _ chosen: [(domain: ArgumentDomain, values: [JSON])], into body: JSON, of action: inout DraftAction
    ) -> JSON {
        var body = body
        var names: Set<String> = Set(wiring.variables + statuses.map(\.variable))
        names.formUnion(action.assignments.map(\.name))
        for (domain, values) in chosen {
            let name = Naming.unique(Naming.variable(domain.leaf.name), among: names)
            names.insert(name)
            let template = chosen.count == 1 ? "{value}" : "{\(name)}"
            body = body.replacing(at: domain.leaf.way[...], with: .string(template))
            action.arguments.append(DraftArgument(name: name, values: values))
        }
        return body
    }

    /// What the schema itself rules out must be refused in every state.
    private func refusals(of body: FilledBody, like base: DraftAction, _ index: Int) -> [DraftAction] {
        var actions: [DraftAction] = []
        for domain in body.domains where !domain.forbidden.isEmpty && actions.count < 2 {
            var action = base
            action.name = "\(base.name)_wrong_\(Naming.snakeCase(domain.leaf.name))"
            action.comments = ["The document's schema rules these values out."]
            action.notes = []
            action.saved = []
            for assignment in action.assignments { action.conditions.removeAll { $0 == "\(assignment.name) < 2" } }
            action.assignments = []
            let wired = body.value.text
            // What is made of something else is not made once only.
            if wiring.variables.contains(where: { wired.contains("\"{\($0)}\"") }) {
                action.conditions.removeAll { $0.hasSuffix(" IS NULL") }
            }
            for variable in wiring.variables where wired.contains("\"{\(variable)}\"") {
                let condition = "\(variable) IS NOT NULL"
                if !action.conditions.contains(condition) { action.conditions.append(condition) }
            }
            action.isAlwaysRefused = true
            let values = Array(domain.forbidden.prefix(3))
            let value = put([(domain, values)], into: body.value, of: &action)
            action.body = draftBody(value, operations[index])
            actions.append(action)
        }
        return actions
    }

    private func draftBody(_ value: JSON, _ operation: Operation) -> DraftBody {
        let type = operation.body?.contentType ?? "application/json"
        if type.isJSONType { return .json(value) }
        guard case .object(let members) = value else {
            let text = if case .string(let text) = value { text } else { Templates.text(of: value) }
            return .text(text, contentType: Templates.literal(type))
        }
        if type.hasPrefix("application/x-www") {
            return .form(members.map { ($0.name, fieldText($0.value)) })
        }
        if type.hasPrefix("multipart/") {
            let schema = try? document.schema(operation.body?.schema)
            let fields = members.map { member in
                let format = schema?.property(member.name).flatMap { try? document.schema($0) }?.format
                return (name: member.name, value: fieldText(member.value), isFile: format == "binary")
            }
            return .multipart(fields)
        }
        return .text(Templates.text(of: value), contentType: Templates.literal(type))
    }

    private func fieldText(_ value: JSON) -> String {
        if case .string(let text) = value { text } else { Templates.text(of: value) }
    }
}

extension DraftAction {
    fileprivate func renamed(_ name: String) -> DraftAction {
        var copy = self
        copy.name = name
        return copy
    }
}
