/// One step of a path, by the names that its exploration gives it: `refund_order`, or `partial_refund(25.00)`.
///
/// ```swift
/// let path: [PathStep] = ["create_order", "pay_order", "partial_refund(25.00)"]
/// ```
public struct PathStep: Sendable, Hashable {
    public let action: String
    /// The member of the argument domain; `nil` for an action without arguments.
    public let argument: String?
    /// Whether it was accepted when the path was recorded; `nil` when that is not known.
    public var wasAccepted: Bool?

    public init(_ action: String, argument: String? = nil, wasAccepted: Bool? = nil) {
        self.action = action
        self.argument = argument
        self.wasAccepted = wasAccepted
    }

    /// Reads a step as ``description`` prints it.
    public init(label: String) {
        guard label.hasSuffix(")"), let parenthesis = label.firstIndex(of: "(") else {
            self.init(label)
            return
        }
        let argument = label[label.index(after: parenthesis)...].dropLast()
        self.init(String(label[..<parenthesis]), argument: String(argument))
    }

    /// Reads steps with arrows between them, `create_order → pay_order`, as reports show a path.
    public static func path(_ text: String) -> [PathStep] {
        var steps: [PathStep] = []
        var words: [Substring] = []
        for word in (text + " →").split(separator: " ") {
            if word != "→" && word != "->" {
                words.append(word)
            } else if !words.isEmpty {
                steps.append(PathStep(label: words.joined(separator: " ")))
                words = []
            }
        }
        return steps
    }
}

extension PathStep: CustomStringConvertible, ExpressibleByStringLiteral {
    public var description: String { argument.map { "\(action)(\($0))" } ?? action }

    public init(stringLiteral label: String) { self.init(label: label) }
}

extension Counterexample {
    /// The path with what became of each step, to replay it by.
    public var recordedPath: [PathStep] {
        steps.map { PathStep($0.action, argument: $0.argument, wasAccepted: $0.outcome == .accepted) }
    }
}

extension Exploration {
    /// The steps that the names stand for.
    /// - Throws: ``ExplorationError`` for a name that stands for none.
    func steps(named path: [PathStep]) throws(ExplorationError) -> [StepID] {
        var found: [StepID] = []
        for step in path { found.append(try self.step(named: step)) }
        return found
    }

    private func step(named step: PathStep) throws(ExplorationError) -> StepID {
        let label = step.description
        // By the whole label: an action's name may itself have parentheses.
        for (number, action) in actions.enumerated() {
            for variant in action.variants.indices {
                let id = StepID(action: number, variant: variant)
                if self.label(id) == label { return id }
            }
        }
        if let race = raceSteps.first(where: { self.label($0) == label }) { return race }
        if step.action == Race<Context>.stepName, !races.isEmpty {
            throw ExplorationError(
                "There is no step “\(label)”.\(suggestion(for: label, among: raceSteps.map(self.label)))")
        }
        guard let action = actions.first(where: { $0.name == step.action }) else {
            throw ExplorationError(
                "There is no action “\(step.action)”.\(suggestion(for: step.action, among: actions.map(\.name)))")
        }
        let arguments = action.variants.compactMap(\.label)
        if arguments.isEmpty {
            throw ExplorationError("The action “\(action.name)” has no arguments; the path has “\(label)”.")
        }
        throw ExplorationError(
            "There is no step “\(label)”. The arguments of \(action.name) are \(arguments.joined(separator: ", ")).")
    }

    /// - Throws: ``ExplorationError`` when nothing of that name is checked.
    func requireRule(named name: String) throws(ExplorationError) {
        if let reason = lawsSwitchedOff[name] {
            throw ExplorationError("The law \(name) is switched off, so nothing can break it: \(reason)")
        }
        let diagram = [Violation.Rule.stateMachine, .arrowNeverWalked].map(\.name)
        let names =
            invariants.map(\.name) + laws.map(\.name) + (stateMachine == nil ? [] : diagram)
            + (races.isEmpty ? [] : [Violation.Rule.linearizable.name])
            + actions.filter(\.isForbidden).map { Violation.Rule.refused($0.name).name }
        guard !names.contains(name) else { return }
        throw ExplorationError("There is no rule “\(name)”.\(suggestion(for: name, among: names))")
    }
}
