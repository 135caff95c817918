/// What checking the invariants in a state showed.
struct Inspection<Context: ExplorationContext>: Sendable {
    let context: Context
    /// The invariants that said anything about the state.
    var checked: [String] = []
    var broken: [Flaw] = []
    var failures: [(invariant: String, message: String)] = []
    /// What the checks asked the API, and what changed while they did.
    var exchanges: [Exchange] = []
    var changes: [ChangeSet] = []
}

extension Walker {
    /// Checks all invariants where the systems are.
    /// - Throws: ``WorldLost`` when the API can't be asked.
    mutating func inspect(_ context: Context) async throws -> Inspection<Context> {
        var inspection = Inspection(context: context)
        if exploration.invariants.isEmpty { return inspection }
        let run = Run(context: context, world: world, journal: journal)
        for invariant in exploration.invariants where invariant.applies(context) {
            inspection.checked.append(invariant.name)
            do {
                if case .broken(let seen) = try await invariant.judge(run) {
                    inspection.broken.append(flaw(of: invariant, in: run, seen: seen))
                }
            } catch {
                if let reason = (error as? any UndecidedError)?.undecidedReason {
                    countRequests(journal.drain())
                    throw WorldLost("\(reason) It happened while invariant \(invariant.name) was checked.")
                }
                inspection.failures.append((invariant.name, "\(error)"))
            }
        }
        inspection.exchanges = journal.drain()
        countRequests(inspection.exchanges)
        inspection.changes = try await position.capture()
        return inspection
    }

    private func flaw(of invariant: Invariant<Context>, in run: Run<Context>, seen: String?) -> Flaw {
        let message = seen ?? invariant.explain?(run) ?? invariant.description
        return Flaw(
            rule: .init(
                kind: .invariant, name: invariant.name, severity: invariant.severity, statement: invariant.description),
            message: message.isEmpty ? "\(invariant.name) does not hold." : message)
    }
}
