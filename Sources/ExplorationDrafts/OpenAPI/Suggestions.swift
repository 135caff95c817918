import ExactJSON
import ExplorationFiles

extension OpenAPIDrafting {
    /// What an API of this shape usually promises. Nobody said that this one does, so they are comments.
    func suggestions() throws(FileError) -> [InvariantSuggestion] {
        var suggestions: [InvariantSuggestion] = []
        for resource in wiring.resources {
            guard let reader = reader(of: resource) else { continue }
            let path = Templates.literal(operations[reader].path).replacing(
                /\{\{[^{}]*\}\}/, with: "{\(resource.variable)}")
            let asked = ["when: \(resource.variable) IS NOT NULL", "GET: \(YAMLText.scalar(path))"]
            if let field = statuses.first(where: { $0.resource.name == resource.name }),
                let shown = try wiring.path(of: field, in: reader)
            {
                let expectation: JSON = ["json": .object([JSON.Member(shown, .string("{\(field.variable)}"))])]
                suggestions.append(
                    InvariantSuggestion(
                        name: "\(resource.name)_status_is_shown",
                        lines: asked + YAMLText.entry("expect", expectation)))
            }
            suggestions += try limits(of: resource, shownBy: reader, asked)
        }
        if settings.database != nil, let first = wiring.resources.first {
            let query = "SELECT * FROM \(first.name)s WHERE amount < 0"
            suggestions.append(
                InvariantSuggestion(name: "no_negative_amount", lines: ["sql: \(query)   # the table's own names"]))
        }
        return suggestions
    }

    /// The operation that shows one by its id alone.
    private func reader(of resource: Resource) -> Int? {
        operations.indices.first { index in
            let parameters = operations[index].parameters.filter { $0.location == "path" }
            return operations[index].method == "GET" && operations[index].endsInParameter && parameters.count == 1
                && wiring.wires[index]?[parameters[0].name] == resource.variable
        }
    }

    /// No captured or refunded amount beyond the whole one.
    private func limits(
        of resource: Resource, shownBy reader: Int, _ asked: [String]
    ) throws(FileError) -> [InvariantSuggestion] {
        let amounts = try amounts(in: wiring.answers[reader])
        guard let whole = amounts.first(where: { ["amount", "total", "total_amount", "price"].contains($0.name) })
        else {
            return []
        }
        var suggestions: [InvariantSuggestion] = []
        for part in amounts where part.name != whole.name {
            guard ["refund", "captur", "paid"].contains(where: { part.name.contains($0) }) else { continue }
            let check = "\(minor(part)) <= \(minor(whole))"
            suggestions.append(
                InvariantSuggestion(
                    name: "\(resource.name)_\(part.name)_is_within_\(whole.name)",
                    lines: asked + YAMLText.entry("expect", ["check": .string(check)])
                        + ["severity: critical"]))
        }
        return suggestions
    }

    /// - Parameter currency: where its currency stands.
    private typealias ShownAmount = (name: String, path: String, isDecimal: Bool, currency: String?)

    /// The amounts in an answer, also those that are objects with an amount and a currency.
    private func amounts(in answer: Schema) throws(FileError) -> [ShownAmount] {
        var amounts: [ShownAmount] = []
        let currency = answer.property("currency").map { _ in "$.currency" }
        for (name, node) in answer.properties where answer.required.isEmpty || answer.required.contains(name) {
            let schema = try document.schema(node)
            let usual = Naming.snakeCase(name)
            let isNamed = Money.isNamedLikeOne(usual) || ["refunded", "captured", "paid"].contains(usual)
            if let inner = schema.property("amount") {
                let isDecimal = try document.schema(inner).type == "string"
                let own = schema.property("currency").map { _ in JSONPathText.path([name, "currency"]) }
                amounts.append((usual, JSONPathText.path([name, "amount"]), isDecimal, own))
            } else if isNamed, schema.type == "string" || schema.type == "integer" {
                amounts.append((usual, JSONPathText.path([name]), schema.type == "string", currency))
            }
        }
        return amounts
    }

    private func minor(_ amount: ShownAmount) -> String {
        let value = "reply ->> '\(amount.path)'"
        let currency = amount.currency.map { "reply ->> '\($0)'" } ?? "'USD'"
        return amount.isDecimal ? "minor(\(value), \(currency))" : value
    }

    /// The states by their enum; of arrows, only which action exists and where an example says it leads.
    func statesSuggestion(_ actions: [DraftAction]) throws(FileError) -> StatesSuggestion? {
        guard let field = statuses.first else { return nil }
        var arrows: [String] = []
        for (index, operation) in operations.enumerated() where !operation.isSafe && wiring.concerns(field, index) {
            let isCreation = field.resource.creators.contains(index)
            let target = try shownState(of: field, after: index)
            let names = actions.filter { action in
                action.method == operation.method && !action.isAlwaysRefused && action.missing == nil
                    && action.path == actionPath(index)
            }
            for action in names where action.saved.contains(where: { $0.variable == field.variable }) {
                arrows.append("- \(action.name): \(isCreation ? "none" : "?") -> \(target ?? "?")")
            }
        }
        guard !arrows.isEmpty else { return nil }
        return StatesSuggestion(variable: field.variable, states: field.states, arrows: arrows)
    }

    /// What an example of the answer shows.
    private func shownState(of field: StatusField, after index: Int) throws(FileError) -> String? {
        guard let example = operations[index].success?.example,
            let path = try wiring.path(of: field, in: index)
        else { return nil }
        let way = path.dropFirst(2).split(separator: ".").map(String.init)
        guard case .string(let state)? = example.value(at: way[...]), field.states.contains(state) else { return nil }
        return state
    }
}
