import ArgumentParser
import ExplorationFiles
import Foundation
import Orders
import Payments
import ProviderExplorations
import Rewind
import RewindReport

/// `rewind audit`
struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says which invariants, laws, actions and arrows of an exploration check nothing.",
        discussion: """
            Explores, and then alters single values: rows of the real database, what the tester knows, answers of the API, \
            what was recorded of a step. A rule that notices none of it is dead. The API must hold to begin with, and its \
            database is returned to where it was, whatever happens (docs/audit.md).

            rewind audit                         the file exploration.yaml, as rewind init writes it
            rewind audit payments.yaml --json audit.json
            rewind audit --demo provider-faults --database postgres

            Exit codes: 0 everything can fire, 1 something is dead or the API is wrong, 2 not decided.
            """)

    @Argument(
        help: ArgumentHelp("The exploration file, in YAML or JSON.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String?

    @Option(help: ArgumentHelp("Audit an exploration of rewind demo instead of a file.", valueName: "name"))
    var demo: ZooExploration?

    @Option(
        help: ArgumentHelp(
            "With --demo: sqlite; postgres, for the one at $DATABASE_URL or else a private server; or a file or "
                + "postgresql:// URL. (default: sqlite)", valueName: "database"), completion: .file())
    var database: DemoDatabase?

    @Option(
        help: ArgumentHelp("Mutants for the invariants that have noticed none of the first ones.", valueName: "count"))
    var mutants = AuditPlan().furtherMutants

    @OptionGroup var search: SearchOptions
    @OptionGroup var place: PlaceOptions

    @Option(
        help: ArgumentHelp("Write the result as JSON (see docs/audit.md).", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var json: String?

    func validate() throws {
        if file != nil && demo != nil { throw ValidationError("Give a file or --demo, not both.") }
        if demo == nil && database != nil {
            throw ValidationError("--database belongs to --demo; a file names its own.")
        }
        if demo != nil && place.url != nil {
            throw ValidationError("--url belongs to a file; --demo starts its service.")
        }
        if mutants < 0 { throw ValidationError("--mutants must be 0 or more; it is \(mutants).") }
    }

    func run() async throws {
        let plan = AuditPlan(furtherMutants: mutants)
        if let demo { return try await audit(demo, plan) }
        let opened = try place.open(file ?? Init.usualOutput)
        let (search, json) = (search, json)
        try await Interruption.endingTask {
            let result = try await opened.sayingWhatFails { try await opened.audited(by: search, plan) }
            try Self.report(result, redaction: opened.redaction, json: json)
        }
    }

    private func audit(_ exploration: ZooExploration, _ plan: AuditPlan) async throws {
        let (search, json, kind) = (search, json, database ?? .temporaryFile)
        let guarding = place.place.guarding
        try await Interruption.endingTask {
            let databases = try DemoDatabases(kind, guarding: guarding)
            defer { databases.remove() }
            let service = ServiceUnderTest(
                bug: nil, exploration: exploration, database: try databases.next(), isCaching: false)
            try Self.report(try await service.audited(by: search, plan), redaction: .standard, json: json)
        }
    }

    /// - Throws: the exit code, always.
    private static func report(_ result: AuditResult, redaction: Redaction, json path: String?) throws {
        let report = AuditReport(result, isColored: Terminal.resultsAreColored, redaction: redaction)
        Terminal.result(report.text)
        if let path {
            do {
                try report.json().write(to: URL(fileURLWithPath: path), options: .atomic)
            } catch {
                Terminal.note("The result could not be written to \(path): \(error.localizedDescription)")
                throw ExitCode.notDecided
            }
        }
        throw result.conclusion.exitCode
    }
}

extension AuditResult.Conclusion {
    /// 0 everything can fire, 1 something is dead or wrong, 2 not decided.
    fileprivate var exitCode: ExitCode {
        switch self {
        case .everythingCanFire: .success
        case .somethingIsDead, .violated: .violated
        case .notDecided: .notDecided
        }
    }
}

// MARK: - What is audited

/// Audits, whatever the tester of its exploration knows.
protocol Auditor: Sendable {
    func audit(_ plan: AuditPlan, onAuditProgress: (@Sendable (AuditProgress) -> Void)?) async -> AuditResult
}

extension Explorer: Auditor {}

extension OpenedExploration {
    /// Explores and audits, by the file's limits unless the options have others.
    func audited(by search: SearchOptions, _ plan: AuditPlan) async throws -> AuditResult {
        let searching = search.plan(over: file.limits)
        return try await withWorkers(searching.workers ?? 1) { team in
            let progress = AuditLine(title: redaction.sentence(title))
            defer { progress.finish() }
            let explorer = try Explorer(
                exploration.checking(laws: searching.laws ?? .fast), by: team.workers, strategy: searching.strategy,
                seed: searching.seed, limits: searching.limits, replacingLostWorlds: team.replacement,
                onProgress: progress.exploring.show)
            return await explorer.audit(plan, onAuditProgress: progress.show)
        } notingFailure: { result, notes in
            guard case .notDecided = result.conclusion else { return }
            for note in await notes() { Terminal.note(redaction.sentence(note)) }
        }
    }
}

extension ServiceUnderTest {
    /// Starts the service, audits its exploration and stops it, whatever happens in between.
    func audited(by search: SearchOptions, _ plan: AuditPlan) async throws -> AuditResult {
        try await inTeam(of: search.workers ?? 1) { team in
            let progress = AuditLine(title: exploration.rawValue)
            defer { progress.finish() }
            var searching = search.plan()
            searching.limits.depth = searching.limits.depth ?? exploration.depthToAudit
            let auditor = try exploration.auditor(in: team, searching, progress.exploring)
            return await auditor.audit(plan, onAuditProgress: progress.show)
        }
    }
}

extension ZooExploration {
    /// How deep it is explored unless the user says otherwise: every action is accepted and every arrow walked by then.
    fileprivate var depthToAudit: Int? {
        switch self {
        case .payments, .idempotencyKeys, .subscriptions, .concurrency: nil
        case .providerFaults: 5
        case .payouts, .webhookSecurity: 6
        }
    }

    fileprivate func auditor(
        in team: WorkerTeam, _ plan: SearchPlan, _ progress: ProgressLine
    ) throws -> any Auditor {
        func explorer<Context>(_ exploration: Exploration<Context>) throws -> any Auditor {
            try Explorer(
                exploration.checking(laws: plan.laws ?? .fast), by: team.workers, strategy: plan.strategy,
                seed: plan.seed, limits: plan.limits,
                replacingLostWorlds: team.replacement, onProgress: progress.show)
        }
        return switch self {
        case .payments: try explorer(Payments.payments)
        case .idempotencyKeys: try explorer(ProviderExplorations.idempotencyKeys)
        case .providerFaults: try explorer(ProviderExplorations.providerFaults)
        case .payouts: try explorer(ProviderExplorations.payouts)
        case .subscriptions: try explorer(ProviderExplorations.subscriptions)
        case .webhookSecurity: try explorer(ProviderExplorations.webhookSecurity)
        case .concurrency: try explorer(ProviderExplorations.concurrency)
        }
    }
}

/// Shows how an audit is going: the exploration first, then the mutants.
private struct AuditLine: Sendable {
    let exploring: ProgressLine
    private let title: String
    private let lastShown = LockedInstant()

    init(title: String) {
        self.title = title
        exploring = ProgressLine(title: title)
    }

    func show(_ progress: AuditProgress) {
        guard lastShown.hasPassed(Terminal.isInteractive ? .milliseconds(100) : .seconds(5)) else { return }
        let seconds = Double(progress.elapsed.components.seconds)
        let text =
            "\(title): \(progress.mutants) mutants judged, \(progress.silent) rules have noticed nothing yet, "
            + "\(Int(seconds)) s"
        if Terminal.isInteractive { Terminal.replaceLine(text) } else { Terminal.note(text) }
    }

    func finish() { exploring.finish() }
}
