extension Explorer {
    /// Explores, and then alters what was recorded, to see which invariants and laws notice anything: one that never
    /// does checks nothing.
    ///
    /// ```swift
    /// let result = await Explorer(payments, in: world).audit()
    /// for rule in result.rules where rule.isDead { … }
    /// ```
    ///
    /// In a sample of the states and steps, of every kind, single values are altered: a cell in a real system, a
    /// property of the context, an answer on its way from the API, what was recorded of a step. Rows are altered by
    /// the machinery that rewinds, which keeps the way back in the system itself: whatever happens, the systems are
    /// returned to the root.
    ///
    /// The API must hold to begin with; otherwise nothing is audited. Cancelling the task ends the audit at the next
    /// mutant. A check in Swift that traps on values it takes for impossible ends the process; the next run restores
    /// the systems.
    /// - Parameter plan: how much is tried. Cost: some thousand moves and checks.
    public func audit(
        _ plan: AuditPlan = AuditPlan(), onAuditProgress: (@Sendable (AuditProgress) -> Void)? = nil
    ) async -> AuditResult {
        await workers[0].thread.run {
            let (result, audit) = await exploreOnThread { walker, violations in
                await walker.audited(plan, after: violations, onAuditProgress)
            }
            return AuditResult(audit, after: result)
        }
    }
}

/// How far an audit came.
struct AuditEnding<Context: ExplorationContext>: Sendable {
    let tally: AuditTally<Context>
    /// Of rewinding itself.
    var faithfulness: AuditedRule.Standing?
    /// Why it ended before its end, or did not begin; empty when it came to its end.
    var reasons: [String] = []
    var elapsed: Duration = .zero
}

extension Walk {
    /// Why there is nothing to audit, apart from the verdict on the API; `nil` when there is.
    fileprivate func reasonNotToAudit(_ violations: [Violation]) -> String? {
        switch stopReason {
        case .failed(let reason)?: return reason
        case .interrupted?: return "It was interrupted."
        default: break
        }
        if let failure = findings.failures.first { return "\(failure.what) failed: \(failure.message)" }
        if !violations.isEmpty { return "The exploration found something wrong." }
        return statistics.transitions == 0 ? "No step was taken, so nothing was tried." : nil
    }
}

extension Walker {
    /// The audit, where the walk has ended.
    fileprivate mutating func audited(
        _ plan: AuditPlan, after violations: [Violation], _ onProgress: (@Sendable (AuditProgress) -> Void)?
    ) async -> AuditEnding<Context> {
        var ending = AuditEnding(tally: walk.with { AuditTally(plan, of: $0) })
        if let reason = walk.with({ $0.reasonNotToAudit(violations) }) {
            ending.reasons = [reason]
            return ending
        }
        var audit = ending.tally
        do {
            try await auditSteps(&audit, onProgress)
            try await auditStates(&audit, onProgress)
            try await auditSilentInvariants(&audit, onProgress)
            ending.faithfulness = try await auditFaithfulness(&audit)
        } catch {
            ending.reasons = [reason(of: error)]
        }
        var finished = AuditEnding(tally: audit, faithfulness: ending.faithfulness, reasons: ending.reasons)
        finished.elapsed = ContinuousClock.now - audit.started
        return finished
    }

    // MARK: Steps

    /// Takes steps again and judges what was recorded of them altered; and again with altered answers.
    private mutating func auditSteps(
        _ audit: inout AuditTally<Context>, _ onProgress: (@Sendable (AuditProgress) -> Void)?
    ) async throws {
        for transition in walk.with({ $0.stepsToAudit(atMost: audit.plan.steps) }) {
            let edge = Edge(source: NodeID(transition.source), step: transition.step, kind: 0)
            try await move(to: edge.source)
            let execution = try await perform(edge, journal)
            audit.look(at: execution.exchanges)
            judgeRecords(of: execution, edge, &audit)
            try await judgeAnswers(of: execution, edge, &audit)
            onProgress?(audit.progress)
        }
    }

    /// Where the systems are.
    private mutating func perform(_ edge: Edge, _ journal: Journal) async throws -> Execution<Context> {
        try requireNotCancelled()
        let action = exploration.actions[edge.step.action]
        var run = Run(context: walk.context(of: edge.source), world: world, journal: journal)
        let outcome: Outcome
        do {
            outcome = try await action.variants[edge.step.variant].perform(&run)
        } catch {
            if let reason = (error as? any UndecidedError)?.undecidedReason { throw WorldLost(reason) }
            outcome = .failed(String(describing: error))
        }
        let exchanges = journal.drain()
        countRequests(exchanges)
        let changes = try await position.capture()
        return Execution(outcome: outcome, context: run.context, exchanges: exchanges, changes: changes)
    }

    private func judgeRecords(of execution: Execution<Context>, _ edge: Edge, _ audit: inout AuditTally<Context>) {
        let known = rulesBroken(by: execution, edge)
        let asked = audit.rules(for: exploration.actions[edge.step.action])
        for mutant in RecordMutants.all(of: execution, at: edge, in: walk) {
            let noticed = rulesBroken(by: mutant.execution, edge).subtracting(known)
            audit.note(.record, "\(mutant.what), \(place(of: edge))", asked: asked, noticed: noticed)
        }
    }

    private mutating func judgeAnswers(
        of execution: Execution<Context>, _ edge: Edge, _ audit: inout AuditTally<Context>
    ) async throws {
        let known = rulesBroken(by: execution, edge)
        let all = AnswerMutants.all(of: execution.exchanges)
        for mutant in all.prefix(1) + all.dropFirst().shuffled(using: &audit.random).prefix(Self.answersOfStep - 1) {
            try await move(to: edge.source)
            let altered = try await perform(edge, mutant.journal)
            let asked = audit.rules(for: exploration.actions[edge.step.action])
            let noticed = rulesBroken(by: altered, edge).subtracting(known)
            let what = "\(mutant.what), \(place(of: edge))"
            guard altered.canBePlaced else {
                audit.note(.answer, what, asked: asked, noticed: noticed)
                continue
            }
            let states = try await judge(exploration.invariants.indices.map { $0 }, altered.context, Journal())
            audit.note(
                .answer, what, asked: asked + states.asked.map { audit.rule(of: $0) },
                noticed: noticed.union(states.broken.map { audit.rule(of: $0) }))
        }
    }

    private func rulesBroken(by execution: Execution<Context>, _ edge: Edge) -> Set<Violation.Rule> {
        walk.with { walk in
            // A copy, for judging counts.
            var copy = walk
            return Set(copy.judge(execution, edge: edge).map(\.rule))
        }
    }

    // MARK: States

    /// Alters the content and the context of states, and asks the invariants.
    private mutating func auditStates(
        _ audit: inout AuditTally<Context>, _ onProgress: (@Sendable (AuditProgress) -> Void)?
    ) async throws {
        let all = exploration.invariants.indices.map { $0 }
        for node in walk.with({ $0.statesToAudit(atMost: audit.plan.states, random: &audit.random) }) {
            let control = try await control(all, at: node)
            judgeLooking(control, at: node, &audit)
            try await judgeAnswersToChecks(control, at: node, &audit)
            let (contexts, contents) = mutants(of: node, &audit)
            let half = audit.plan.mutantsPerState / 2
            try await judge(contexts.prefix(max(half, audit.plan.mutantsPerState - contents.count)), control, &audit)
            try await judge(contents.prefix(max(half, audit.plan.mutantsPerState - contexts.count)), control, &audit)
            onProgress?(audit.progress)
        }
    }

    /// Asks the invariants that noticed nothing about many more mutants, until each has noticed one.
    private mutating func auditSilentInvariants(
        _ audit: inout AuditTally<Context>, _ onProgress: (@Sendable (AuditProgress) -> Void)?
    ) async throws {
        var left = audit.plan.furtherMutants
        let nodes = walk.with { $0.states(for: audit.silentInvariants, atMost: 400, random: &audit.random) }
        let share = max(100, left / max(1, nodes.count))
        for node in nodes where left > 0 && !audit.silentInvariants.isEmpty {
            let context = walk.context(of: node)
            let silent = audit.silentInvariants.filter { exploration.invariants[$0].applies(context) }
            if silent.isEmpty { continue }
            let control = try await control(silent, at: node)
            let (contexts, contents) = mutants(of: node, &audit)
            let others = walk.with { $0.contextsOfOthers(than: node, random: &audit.random) }
            let begin = audit.mutantCount
            try await judge((contexts + others).prefix(share / 4), control, &audit, untilAllNoticed: true)
            let fresh = audit.leastTried(contents, count: share)
            try await judge(fresh, control, &audit, untilAllNoticed: true)
            left -= audit.mutantCount - begin
            onProgress?(audit.progress)
        }
    }

    private func mutants(
        of node: NodeID, _ audit: inout AuditTally<Context>
    ) -> (contexts: [ContextMutant<Context>], contents: [ContentMutant]) {
        let difference = walk.with { $0.graph.difference(fromRootTo: node, systems: $0.systems.count) }
        audit.tablesLeftAlone.formUnion(audit.contents.leftAlone(of: difference))
        let contexts = audit.contexts.all(of: walk.context(of: node)).shuffled(using: &audit.random)
        let contents = audit.contents.all(of: difference).shuffled(using: &audit.random)
        return (contexts, Self.eachPlaceInTurn(contents))
    }

    /// One mutant of each column before the second of any.
    private static func eachPlaceInTurn(_ mutants: [ContentMutant]) -> [ContentMutant] {
        var counts: [String: Int] = [:]
        let turns = mutants.map { mutant in
            counts[mutant.place, default: 0] += 1
            return (mutant: mutant, turn: counts[mutant.place, default: 0])
        }
        return turns.enumerated().sorted { ($0.element.turn, $0.offset) < ($1.element.turn, $1.offset) }
            .map(\.element.mutant)
    }

    /// Goes to a state, and has the invariants say what they say of it unaltered.
    private mutating func control(_ invariants: [Int], at node: NodeID) async throws -> Control {
        try await move(to: node)
        let said = try await judge(invariants, walk.context(of: node), Journal())
        if said.isUndecided {
            throw WorldLost("The API does not answer any more, after \(walk.with { $0.pathDescription(to: node) }).")
        }
        return Control(node: node, invariants: invariants, said: said)
    }

    private mutating func judge(
        _ mutants: some Collection<ContextMutant<Context>>, _ control: Control, _ audit: inout AuditTally<Context>,
        untilAllNoticed: Bool = false
    ) async throws {
        for mutant in mutants {
            let invariants = untilAllNoticed ? audit.silent(among: control.invariants) : control.invariants
            if invariants.isEmpty { return }
            try await move(to: control.node)
            let said = try await judge(invariants, mutant.context, Journal())
            try await note(.context, mutant.what, said, control, &audit)
        }
    }

    private mutating func judge(
        _ mutants: some Collection<ContentMutant>, _ control: Control, _ audit: inout AuditTally<Context>,
        untilAllNoticed: Bool = false
    ) async throws {
        for mutant in mutants {
            let invariants = untilAllNoticed ? audit.silent(among: control.invariants) : control.invariants
            if invariants.isEmpty { return }
            try await move(to: control.node)
            guard try await position.alter(mutant.system, by: mutant.changes) else {
                audit.noteRefused()
                continue
            }
            let said = try await judge(invariants, walk.context(of: control.node), Journal())
            try await note(.content, mutant.what, said, control, &audit)
        }
    }

    /// Asks the invariants where the systems are.
    private mutating func judge(_ invariants: [Int], _ context: Context, _ journal: Journal) async throws -> Said {
        try requireNotCancelled()
        var said = Said()
        let run = Run(context: context, world: world, journal: journal)
        for index in invariants where exploration.invariants[index].applies(context) {
            said.asked.append(index)
            do {
                if case .broken = try await exploration.invariants[index].judge(run) { said.broken.append(index) }
            } catch {
                if (error as? any UndecidedError)?.undecidedReason != nil { said.isUndecided = true }
            }
            let exchanges = journal.drain()
            countRequests(exchanges)
            if !exchanges.isEmpty { said.exchanges.append((index, exchanges)) }
        }
        // What the checks changed is taken back with the mutant.
        _ = try await position.capture()
        return said
    }

    private mutating func note(
        _ kind: MutantKind, _ what: String, _ said: Said, _ control: Control, _ audit: inout AuditTally<Context>
    ) async throws {
        let place = walk.with { $0.placeDescription(of: control.node) }
        audit.note(
            kind, "\(what), \(place)", asked: said.asked.map { audit.rule(of: $0) },
            noticed: Set(said.broken.filter { !control.said.broken.contains($0) }.map { audit.rule(of: $0) }))
        if said.isUndecided { _ = try await self.control(control.invariants, at: control.node) }
    }

    // MARK: What checks ask of the API

    /// What the invariants' own requests are judged by: they only look.
    private func judgeLooking(_ control: Control, at node: NodeID, _ audit: inout AuditTally<Context>) {
        let exchanges = control.said.exchanges.flatMap(\.exchanges)
        guard !exchanges.isEmpty else { return }
        audit.look(at: exchanges)
        let nothing = walk.with { $0.systems.map { _ in ChangeSet.empty } }
        let execution = Execution(
            outcome: .accepted, context: walk.context(of: node), exchanges: exchanges, changes: nothing)
        let rules = exploration.laws.filter(\.isAudited).map(\.rule)
        for mutant in RecordMutants.ofLooking(execution, in: walk) {
            let noticed = walk.with { walk in
                var copy = walk
                return Set(copy.lawsBroken(by: mutant.execution).map(\.rule))
            }
            let place = walk.with { $0.placeDescription(of: node) }
            audit.note(
                .record, "\(mutant.what), while invariants were checked \(place)", asked: rules, noticed: noticed)
        }
    }

    private mutating func judgeAnswersToChecks(
        _ control: Control, at node: NodeID, _ audit: inout AuditTally<Context>
    ) async throws {
        for (invariant, exchanges) in control.said.exchanges {
            let rule = audit.rule(of: invariant)
            let mutants = AnswerMutants.all(of: exchanges).shuffled(using: &audit.random)
            for mutant in mutants.prefix(Self.answersOfCheck) {
                try await move(to: node)
                let said = try await judge([invariant], walk.context(of: node), mutant.journal)
                let place = walk.with { $0.placeDescription(of: node) }
                audit.note(
                    .answer, "\(mutant.what), while it was checked \(place)", asked: [rule],
                    noticed: said.broken.isEmpty || !control.said.broken.isEmpty ? [] : [rule])
            }
        }
    }

    // MARK: Rewinding

    /// Alters a system behind the explorer's back, which must show when contents are read back.
    private mutating func auditFaithfulness(_ audit: inout AuditTally<Context>) async throws -> AuditedRule.Standing? {
        guard isWatching else { return nil }
        let nodes = walk.with { $0.statesToAudit(atMost: 8, random: &audit.random) }
        for node in nodes {
            let (_, contents) = mutants(of: node, &audit)
            for mutant in contents.prefix(8) {
                try requireNotCancelled()
                try await move(to: node)
                try await verifyContent()
                guard try await position.alterUnseen(mutant.system, by: mutant.changes) else { continue }
                var isNoticed = false
                do { try await verifyContent() } catch is NotDecided { isNoticed = true }
                guard try await position.alterUnseen(mutant.system, by: mutant.changes.inverted) else {
                    throw NotDecided("\(world.systems[mutant.system].name) does not go back.")
                }
                let place = walk.with { $0.placeDescription(of: node) }
                let what = "\(mutant.what) behind its back, \(place)"
                return isNoticed ? .canFire(what) : .dead("It did not notice a tampering: \(what).")
            }
        }
        return .notApplicable(
            world.systems.isEmpty ? "there is no system to rewind" : "no table could be tampered with to see it fire")
    }

    // MARK: Parts

    /// Altered answers tried of one step, and of one check in one state.
    private static var answersOfStep: Int { 5 }
    private static var answersOfCheck: Int { 3 }

    private func requireNotCancelled() throws {
        if Task.isCancelled { throw NotDecided("It was interrupted.") }
    }

    private func place(of edge: Edge) -> String {
        walk.with { "in \($0.label(edge.step)) \($0.placeDescription(of: edge.source))" }
    }
}

/// What invariants said of one mutant.
private struct Said: Sendable {
    var asked: [Int] = []
    var broken: [Int] = []
    /// Whether the API could not be asked.
    var isUndecided = false
    /// What each asked the API.
    var exchanges: [(invariant: Int, exchanges: [Exchange])] = []
}

/// What they said of a state as it is.
private struct Control: Sendable {
    let node: NodeID
    let invariants: [Int]
    let said: Said
}

extension Walk {
    /// “after create_order → pay_order”, or “at the root”.
    fileprivate func placeDescription(of node: NodeID) -> String {
        node == 0 ? "at the root" : "after \(pathDescription(to: node))"
    }

    /// What the tester knows in other states, as it stands: values that belong together.
    fileprivate func contextsOfOthers(than node: NodeID, random: inout SeededRandom) -> [ContextMutant<Context>] {
        (0..<12).compactMap { _ in
            let other = Int.random(in: contexts.indices, using: &random)
            guard contexts[other] != contexts[node] else { return nil }
            return ContextMutant(
                context: contexts[other], what: "let the tester know what it knows after \(pathDescription(to: other))")
        }
    }
}
