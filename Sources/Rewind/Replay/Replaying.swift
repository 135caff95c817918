extension Explorer {
    /// Takes a path from the root once more and says whether it still breaks the rule.
    ///
    /// ```swift
    /// let result = await explorer.replay(["create_order", "pay_order", "refund_order", "refund_order"],
    ///     expecting: "no_over_refund")
    /// ```
    ///
    /// It takes place in the first worker's world, whose systems are returned to where they were, whatever happens.
    /// - Parameters:
    ///   - path: steps by their names; those of ``Counterexample/recordedPath`` know what became of each before.
    ///   - rule: the name of an invariant, a law, or a rule of the diagram. It is judged after the last step, as when the
    ///     path was found. Without one, every rule is judged after every step, and the first violation ends the replay.
    public func replay(_ path: [PathStep], expecting rule: String? = nil) async -> ReplayResult {
        await checking(alsoLaw: rule).takeAgain(path, expecting: rule)
    }

    private func takeAgain(_ path: [PathStep], expecting rule: String?) async -> ReplayResult {
        let steps: [StepID]
        do {
            steps = try exploration.steps(named: path)
            if let rule { try exploration.requireRule(named: rule) }
        } catch {
            return ReplayResult(answer: .notDecided(error.description), steps: [])
        }
        let (replay, failure) = await atRoot { walker in
            await walker.replay(steps, asking: ReplayQuestion(about: rule, at: walker.exploration.label, of: steps))
        }
        guard let replay, failure == nil else {
            return ReplayResult(answer: .notDecided(failure ?? ""), steps: replay?.steps ?? [])
        }
        return ReplayResult(answer: replay.answer(recorded: path, rule: rule), steps: replay.steps)
    }

    /// Begins the systems of the first world, lets a walker do something there, and returns them to the root.
    /// - Returns: `nil` when it could not begin; and why that or the return failed.
    func atRoot<Result: Sendable>(
        _ body: @Sendable (inout Walker<Context>) async -> Result
    ) async -> (result: Result?, failure: String?) {
        await workers[0].thread.run {
            let walk = SharedWalk(Walk(self))
            var walker = Walker(0, of: self, on: walk)
            await walker.begin()
            var result: Result?
            if walk.with({ !$0.hasFailed }) { result = await body(&walker) }
            await walker.end()
            return (result, walk.with { $0.failure })
        }
    }
}

extension Walk {
    fileprivate var failure: String? {
        if case .failed(let reason)? = stopReason { reason } else { nil }
    }
}

extension ReplayQuestion {
    /// Whether a rule is broken after the last step, or without a rule, whether any is after any step.
    init(about rule: String?, at label: (StepID) -> String, of path: [StepID]) {
        guard let rule else {
            self.init(isSought: { _ in true }, isAskedAfterEveryStep: true)
            return
        }
        self.init(isSought: { $0.rule.name == rule })
        if rule == Violation.Rule.arrowNeverWalked.name, let last = path.last {
            flawOfRefusal = Flaw(rule: .arrowNeverWalked, message: "\(label(last)) is still refused.")
        }
    }
}
