import Rewind
import Synchronization

/// A sandbox as part of an explored world: what it keeps is rewound with everything else.
///
/// ```swift
/// let sandbox = try HyperswitchSandbox()
/// let world = World(systems: [database, SandboxSystem(sandbox)])
///
/// Action("deliver_webhook") { run in
///     let sandbox = try run.world.system(SandboxSystem.self).sandbox
///     …
/// }
/// Invariant("never_over_refunded", .critical) { run in
///     let provider = try run.world.system(SandboxSystem.self).sandbox.state
///     return provider.payments.allSatisfy { provider.notFailed(refundsOf: $0.id) <= $0.captured }
/// }
/// ```
///
/// Its tables are `payments`, `captures`, `refunds`, `payouts`, `disputes`, `events`, `deliveries`, `idempotency_keys`,
/// `faults`, `settings` and `clock`. Times of making and change count in a state's identity only by whether they are set;
/// those that decide what happens next (`now`, `expires_on`, `capture_before`, `due_on`) count by value.
public final class SandboxSystem: RewindableSystem {
    public let name: String
    /// The sandbox itself, with its controls and its state.
    public let sandbox: HyperswitchSandbox
    private let root = Mutex<SandboxState?>(nil)

    /// - Parameter sandbox: one that sends webhooks when it is told.
    public init(_ sandbox: HyperswitchSandbox, name: String = "provider") {
        self.sandbox = sandbox
        self.name = name
    }

    /// - Throws: `SystemError` of kind `.unsupported` if the sandbox goes by real time, `.inUse` if it was begun already.
    public func begin() async throws {
        guard sandbox.front.delivery == .manual else {
            throw SystemError(
                .unsupported,
                "The sandbox “\(name)” sends webhooks by itself and follows real time, so it changes while it is explored: "
                    + "start it with delivery: .manual, and make deliveries and the clock actions.")
        }
        let current = sandbox.front.withState { state -> SandboxState? in
            if state.isRecorded { return nil }
            state.record(true)
            return state
        }
        guard let current else {
            throw SystemError(.inUse, "The sandbox “\(name)” is being explored already: give each worker its own.")
        }
        root.withLock { $0 = current }
    }

    public func capture() async throws -> ChangeSet { sandbox.front.withState { $0.takeChanges() } }

    /// Cost follows the changes.
    /// - Throws: `SystemError` of kind `.notRewindable` if a row is not as the change says; then nothing was changed.
    public func apply(_ changes: ChangeSet) async throws {
        guard let misfit = sandbox.front.withState({ $0.apply(changes) }) else { return }
        throw SystemError(
            .notRewindable,
            "The sandbox “\(name)” cannot move: a row of \(misfit.table) is not as it was left. Was its state set, or did "
                + "a request arrive, between a capture and a move?")
    }

    public func end() async throws {
        guard let state = root.withLock({ $0 }) else { return }
        sandbox.front.withState {
            $0.record(false)
            $0.replaceContent(with: state)
        }
        root.withLock { $0 = nil }
    }

    public func schema() async throws -> Schema { SandboxState.schema }

    public func contentFingerprint() async throws -> Fingerprint {
        sandbox.front.withState { $0.contentFingerprint }
    }
}
