/// What came of replaying a path: three answers, never two.
public struct ReplayResult: Sendable {
    public enum Answer: Sendable {
        /// It is wrong as before; the violation with its path as it happened now.
        case stillFails(Violation)
        /// It is not wrong any more; the sentence says what is different.
        case fixed(String)
        /// It can't be said; the sentence says why.
        case notDecided(String)
    }

    public let answer: Answer
    /// The steps as they happened now, as far as they were taken.
    public let steps: [Counterexample.Step]

    public var stillFails: Bool { violation != nil }

    public var isFixed: Bool {
        if case .fixed = answer { true } else { false }
    }

    /// What is still wrong.
    public var violation: Violation? {
        if case .stillFails(let violation) = answer { violation } else { nil }
    }
}

extension ReplayResult: CustomStringConvertible {
    public var description: String {
        switch answer {
        case .stillFails(let violation): "Still fails: \(violation.rule.name). \(violation.message)"
        case .fixed(let sentence): "Fixed: \(sentence)"
        case .notDecided(let reason): "Not decided: \(reason)"
        }
    }
}

extension Replay {
    /// The answer to whether a recorded path still breaks a rule.
    func answer(recorded: [PathStep], rule: String?) -> ReplayResult.Answer {
        switch ending {
        case .broken(let flaw):
            return .stillFails(
                Violation(
                    rule: flaw.rule, message: flaw.message, counterexample: Counterexample(steps: steps),
                    confirmation: .confirmed))
        case .failed(let reason):
            return .notDecided(reason)
        case .stopped(let what):
            guard let refusal = unexpectedRefusal(recorded) else { return .notDecided("On replay, \(what)") }
            return refusal.saysNothing ? .notDecided(refusal.sentence) : .fixed("\(refusal.sentence) Then \(what)")
        case .held:
            if let failed = failedChecks.first(where: { rule == nil || $0.invariant == rule }) {
                return .notDecided("The invariant \(failed.invariant) could not be checked: \(failed.message)")
            }
            if let refusal = unexpectedRefusal(recorded) {
                return refusal.saysNothing ? .notDecided(refusal.sentence) : .fixed(refusal.sentence)
            }
            let often = rounds.map { " in each of \($0) rounds, which is no proof" } ?? ""
            return .fixed("The path ran to its end, and \(rule ?? "every rule") held\(often)\(refusedSteps).")
        }
    }

    /// The first step that was accepted when the path was recorded, and is refused now.
    private func unexpectedRefusal(_ recorded: [PathStep]) -> (sentence: String, saysNothing: Bool)? {
        guard
            let (before, now) = zip(recorded, steps).first(where: { $0.wasAccepted == true && $1.outcome == .refused })
        else { return nil }
        let status = now.exchanges.last?.status
        let answer = status.map { " (\($0))" } ?? ""
        // Whoever is not let in, or asks too often, learns nothing about the rest.
        if let status, [401, 407, 429].contains(status) {
            return ("\(before) was accepted, and is refused now\(answer): that says nothing about the rule.", true)
        }
        return ("\(before) was accepted, and is refused now\(answer).", false)
    }

    private var refusedSteps: String {
        let refused = steps.filter { $0.outcome == .refused }.map(\.label)
        return refused.isEmpty ? "" : "; refused were \(refused.joined(separator: ", "))"
    }
}
