import ExactJSON
import Rewind

extension ExplorationFile {
    /// What the file says, as an exploration that can be carried out. The world it is explored in needs an `API` and the
    /// file's systems, in their order.
    /// - Throws: ``FileErrors``: every expression that SQLite does not understand, every name that means nothing.
    public func exploration() throws(FileErrors) -> Exploration<FileContext> {
        try ExplorationCompiler(self).exploration()
    }
}

/// What all parts of a file's exploration have in common.
struct FileSetting: Sendable {
    /// What the tester knows before any action.
    let initial: FileContext
    let headers: CommonHeaders
    let engine = ExpressionEngine()
}

extension FileContext {
    /// What the file's context begins as.
    init(of file: ExplorationFile) {
        let names = file.context.map(\.name.value)
        let ignored = (file.identity?.ignored ?? []).compactMap { name in
            name.value.hasPrefix("context.") ? String(name.value.dropFirst("context.".count)) : nil
        }
        self.init(
            FileContext.Variables(names, ignoring: Set(ignored)), file.context.map { JSON($0.initial.value) })
    }
}

/// Collects what is wrong on the way.
private struct ExplorationCompiler {
    let file: ExplorationFile
    let setting: FileSetting
    var errors: [FileError] = []

    init(_ file: ExplorationFile) throws(FileErrors) {
        self.file = file
        let initial = FileContext(of: file)
        do {
            let headers = try CommonHeaders(file.api, in: NameScope(initial.variables))
            setting = FileSetting(initial: initial, headers: headers)
        } catch {
            throw FileErrors([error])
        }
    }

    func exploration() throws(FileErrors) -> Exploration<FileContext> {
        var compiler = self
        let exploration = compiler.compile()
        if compiler.errors.isEmpty { return exploration }
        throw FileErrors(compiler.errors).hiding(file.secrets)
    }

    private mutating func compile() -> Exploration<FileContext> {
        requireDistinctVariables()
        var actions: [Action<FileContext>] = []
        for part in file.actions {
            collecting { compiler throws(FileError) in
                actions.append(try CompiledAction(part, in: compiler.setting).action)
            }
        }
        var invariants: [Invariant<FileContext>] = []
        for part in file.invariants {
            collecting { compiler throws(FileError) in
                invariants.append(try CompiledInvariant(part, in: compiler.setting).invariant)
            }
        }
        var machines: [StateMachine<FileContext>] = []
        if let states = file.states {
            collecting { compiler throws(FileError) in machines.append(try compiler.machine(states)) }
        }
        var races: [Concurrently<FileContext>] = []
        for part in file.concurrent {
            collecting { compiler throws(FileError) in races.append(try compiler.race(part)) }
        }
        var exploration = Exploration(of: FileContext.self) {
            actions
            invariants
            races
            if let machine = machines.first { machine }
        }
        exploration = exploration.startingWith(setting.initial).exempting(tables: file.exemptTables.map(\.value))
        for law in file.lawsSwitchedOff {
            collecting { _ throws(FileError) in try Self.requireLaw(law.name) }
            exploration = exploration.without(law: law.name.value, because: law.reason)
        }
        for part in file.actions.flatMap(\.requests) {
            if let header = part.idempotencyKey?.header {
                exploration = exploration.identifyingRequests(byHeader: header)
            }
        }
        if let identity = identity() { exploration = exploration.identity(identity) }
        return exploration
    }

    private mutating func collecting(_ body: (inout Self) throws(FileError) -> Void) {
        do {
            try body(&self)
        } catch {
            errors.append(error)
        }
    }

    /// SQLite does not tell capitals from small letters in names.
    private mutating func requireDistinctVariables() {
        var seen: [String: String] = [:]
        for variable in file.context {
            let name = variable.name.value
            guard let other = seen.updateValue(name, forKey: name.lowercased()) else { continue }
            errors.append(
                FileError(
                    "The variables “\(other)” and “\(name)” differ only in capitals, which expressions don't tell apart. "
                        + "Rename one.", at: variable.name.position))
        }
    }

    private static func requireLaw(_ name: Located<String>) throws(FileError) {
        let laws = Law.standard.map(\.name)
        if laws.contains(name.value) { return }
        throw FileError(
            "There is no law “\(name.value)”." + Suggestion.sentence(for: name.value, among: laws)
                + " The laws are \(laws.joined(separator: ", ")).", at: name.position)
    }

    private func race(_ part: ConcurrentPart) throws(FileError) -> Concurrently<FileContext> {
        for name in part.actions { try requireStep(name) }
        var race = Concurrently<FileContext>(part.actions.map(\.value))
        if let rounds = part.rounds?.value { race = race.rounds(rounds) }
        if let places = part.places?.value { race = race.places(atMost: places) }
        guard let condition = part.condition else { return race }
        let compiled = try CompiledExpression(
            condition, in: NameScope(setting.initial.variables), setting.engine)
        return race.when { compiled.mayBeTrue(in: ScopedValues(context: $0)) }
    }

    /// An action, or one of its values.
    private func requireStep(_ name: Located<String>) throws(FileError) {
        guard let action = file.actions.first(where: { PathStep(label: name.value).action == $0.name.value }),
            name.value != action.name.value, action.arguments.count == 1
        else { return }
        let labels = action.arguments[0].values.map { "\(action.name.value)(\(JSON($0.value).asText ?? "null"))" }
        if labels.contains(name.value) { return }
        throw FileError(
            "\(action.name.value) has no such value." + Suggestion.sentence(for: name.value, among: labels),
            at: name.position)
    }

    private func machine(_ states: StatesPart) throws(FileError) -> StateMachine<FileContext> {
        let slot = try setting.initial.variables.require(states.variable)
        for arrow in states.arrows where !file.actions.contains(where: { $0.name.value == arrow.action.value }) {
            let names = file.actions.map(\.name.value)
            throw FileError(
                "The arrow is of “\(arrow.action.value)”, and no action has that name."
                    + Suggestion.sentence(for: arrow.action.value, among: names), at: arrow.action.position)
        }
        let arrows = states.arrows.map { Arrow<String?>($0.action.value, from: $0.from, to: $0.to) }
        return StateMachine(reading: { $0[slot].asText }, arrows: arrows)
    }

    private mutating func identity() -> Identity<FileContext>? {
        guard let part = file.identity else { return nil }
        var identity = Identity<FileContext>.wholeState
        if !part.only.isEmpty {
            var slots: [Int] = []
            for name in part.only {
                collecting { compiler throws(FileError) in
                    slots.append(try compiler.setting.initial.variables.require(name))
                }
            }
            let compared = slots
            identity = .only { $0.part(compared) }
        }
        return identity.ignoring(part.ignored.map(\.value)).ignoring(tables: part.ignoredTables.map(\.value))
            .comparing(part.comparedAsIs.map(\.value))
    }
}
