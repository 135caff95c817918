import Rewind

/// What only the whole file shows: names that nobody declares, and parts that need others.
struct FileCheck {
    private let file: ExplorationFile
    private let names: DeclaredNames
    private(set) var errors: [FileError] = []

    init(_ file: ExplorationFile, _ names: DeclaredNames) {
        self.file = file
        self.names = names
        checkContext()
        checkAPI()
        for action in file.actions { check(action) }
        for race in file.concurrent { check(race) }
        for invariant in file.invariants { check(invariant) }
        if let states = file.states { check(states) }
        if let identity = file.identity { check(identity) }
        for step in file.replay?.path ?? [] { check(step) }
        if let workers = file.limits.workers, workers.value > 1, file.api.start == nil {
            fail("Several workers need “api.start”: each explores with an API of its own.", at: workers.position)
        }
    }

    private mutating func check(_ race: ConcurrentPart) {
        for name in race.actions { check(name) }
        if race.actions.count > 3 {
            fail(
                "\(race.actions.count) actions can't be sent at the same time; two or three can.",
                at: race.actions[3].position)
        }
    }

    private mutating func check(_ step: Located<String>) {
        let known = names.actions.map(\.value)
        let action = PathStep(label: step.value).action
        if known.contains(action) || known.contains(step.value) || names.isIncomplete { return }
        if action == "concurrently" && !file.concurrent.isEmpty { return }
        fail("There is no action “\(action)”.\(Suggestion.sentence(for: action, among: known))", at: step.position)
    }

    private mutating func fail(_ message: String, at position: SourcePosition) {
        errors.append(FileError(message, at: position))
    }

    /// Only for the first errors: a file with hundreds of unknown names has another trouble than spelling.
    private func suggestion(for name: String, among known: [String]) -> String {
        errors.count < 50 ? Suggestion.sentence(for: name, among: known) : ""
    }

    private mutating func checkContext() {
        var spellings: [String: String] = [:]
        for variable in file.context {
            let name = variable.name.value
            if let twin = spellings.updateValue(name, forKey: name.lowercased()) {
                fail(
                    "“\(name)” and “\(twin)” are one name in expressions: SQL does not tell capitals apart.",
                    at: variable.name.position)
            }
        }
    }

    // MARK: - The API

    private mutating func checkAPI() {
        let api = file.api
        checkStart(api)
        check(api.headers.map(\.value), arguments: [])
        switch api.authentication {
        case nil: break
        case .bearer(let token): check([token], arguments: [])
        case .basic(let user, let password): check([user, password], arguments: [])
        case .header(_, let value): check([value], arguments: [])
        case .login(let request, _, _, _): check(request.templates, arguments: [])
        }
    }

    private mutating func checkStart(_ api: APIPart) {
        for variable in api.url?.variables ?? [] {
            if variable.value != "port" {
                fail("Only {port} can stand in the API's URL, not {\(variable.value)}.", at: variable.position)
            } else if api.start == nil {
                fail("{port} is the port of an API that is started, and there is no “start”.", at: variable.position)
            }
        }
        for variable in (api.start?.templates ?? []).flatMap(\.variables) {
            switch variable.value {
            case "port": break
            case "database" where file.systems.isEmpty:
                fail("{database} is the first of “systems”, and there is none.", at: variable.position)
            case "database": break
            default:
                fail(
                    "Only {port} and {database} are known in “start”, not {\(variable.value)}."
                        + suggestion(for: variable.value, among: ["port", "database"]),
                    at: variable.position)
            }
        }
    }

    // MARK: - Actions and invariants

    private mutating func check(_ action: ActionPart) {
        var arguments: [String] = []
        for argument in action.arguments {
            let name = argument.name.value
            if let variable = names.variables.first(where: { $0.value.lowercased() == name.lowercased() }) {
                fail(
                    "“\(name)” is a variable of the context already, at \(variable.position).",
                    at: argument.name.position)
            } else if arguments.contains(where: { $0.lowercased() == name.lowercased() }) {
                fail(
                    "“\(name)” is another argument in expressions: SQL does not tell capitals apart.",
                    at: argument.name.position)
            }
            arguments.append(name)
            var seen: Set<Literal> = []
            for value in argument.values where !seen.insert(value.value).inserted {
                fail("The value stands twice in the argument domain.", at: value.position)
            }
        }
        for request in action.requests { check(request, arguments) }
        for assignment in action.assignments { requireVariable(assignment.name) }
    }

    private mutating func check(_ request: RequestPart, _ arguments: [String]) {
        check(request.templates, arguments: arguments)
        for saved in request.saved { requireVariable(saved.name) }
        for pattern in request.accepted where request.refused.contains(pattern) {
            fail("\(pattern.shown) is both accepted and refused.", at: request.position)
        }
    }

    private mutating func check(_ invariant: InvariantPart) {
        switch invariant.check {
        case .expression: break
        case .noRow(let query, let system):
            check([query], arguments: [])
            let systems = file.systems.map(\.name.value)
            if let system, !systems.contains(system.value) {
                fail(
                    "There is no system “\(system.value)”.\(suggestion(for: system.value, among: systems))",
                    at: system.position)
            } else if systems.isEmpty {
                fail("There is no system that could be asked: “systems” is empty.", at: query.position)
            }
        case .answer(let request, let answer):
            check(request.templates + answer.json.flatMap(\.value.templates), arguments: [])
        }
    }

    private mutating func requireVariable(_ name: Located<String>) {
        if names.isIncomplete || names.declares(name.value) { return }
        fail(
            "“context” has no variable “\(name.value)”.\(suggestion(for: name.value, among: names.variableNames))",
            at: name.position)
    }

    private mutating func check(_ templates: [Template], arguments: [String]) {
        for variable in templates.flatMap(\.variables) where !arguments.contains(variable.value) {
            guard names.declares(variable.value) else {
                if names.isIncomplete { continue }
                fail(
                    "Nobody declares “\(variable.value)”: it is no variable of the context and no argument."
                        + suggestion(for: variable.value, among: names.variableNames + arguments),
                    at: variable.position)
                continue
            }
            if names.nullAtFirst.contains(variable.value), !names.written.contains(variable.value), !names.isIncomplete
            {
                fail(
                    "A template to an unsaved value: “\(variable.value)” is null at first, and no action saves or sets it.",
                    at: variable.position)
            }
        }
    }

    // MARK: - States and identity

    private mutating func check(_ states: StatesPart) {
        requireVariable(states.variable)
        let actions = names.actions.map(\.value)
        for arrow in states.arrows where !actions.contains(arrow.action.value) && !names.isIncomplete {
            fail(
                "There is no action “\(arrow.action.value)”.\(suggestion(for: arrow.action.value, among: actions))",
                at: arrow.action.position)
        }
    }

    private mutating func check(_ identity: IdentityPart) {
        for name in identity.only { requireVariable(name) }
        for name in identity.ignored + identity.comparedAsIs {
            let parts = name.value.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
                fail(
                    "“\(name.value)” names neither a column, such as orders.note, nor a variable, such as context.note.",
                    at: name.position)
                continue
            }
            if parts[0] == "context" { requireVariable(Located(String(parts[1]), at: name.position)) }
        }
    }
}
