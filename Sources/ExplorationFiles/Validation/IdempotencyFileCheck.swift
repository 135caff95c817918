/// What only the whole section shows: names that nothing saves.
struct IdempotencyFileCheck {
    private(set) var errors: [FileError] = []

    init(_ part: IdempotencyPart, actions: [ActionPart], systems: [SystemPart], node: LocatedNode) {
        var saved = ["reference"]
        for (request, _) in part.requests { saved += request.saved.map(\.name.value) }
        for (request, names) in part.requests { check(request.templates, saved + names) }
        if let body = part.otherBody { check(body.templates, saved) }
        check(part.otherAccount.map(\.value), saved)
        if case .answer(let path, _) = part.effects { check([path], saved) }
        if case .query(let query) = part.effects, systems.isEmpty {
            errors.append(
                FileError("There is no system that could be asked: “systems” is empty.", at: query.position))
        }
        let hasKeyedAction = actions.contains { $0.requests.contains { $0.idempotencyKey != nil } }
        if part.operation == nil, !hasKeyedAction {
            errors.append(
                FileError(
                    "There is no “operation”, and no action with an “idempotency_key” that could be it.",
                    at: part.position))
        }
        if let profile = node["profile"] { errors += IdempotencyProfilePart.problems(in: profile) }
    }

    private mutating func check(_ templates: [Template], _ known: [String]) {
        for variable in templates.flatMap(\.variables) where !known.contains(variable.value) {
            errors.append(
                FileError(
                    "No request of this section saves “\(variable.value)”."
                        + Suggestion.sentence(for: variable.value, among: known), at: variable.position))
        }
    }
}
