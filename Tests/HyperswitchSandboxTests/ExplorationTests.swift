import ExactJSON
import Rewind
import Testing

@testable import HyperswitchSandbox

/// A sandbox that is explored by itself: all that one payment can come to.
@Suite struct `Exploring a sandbox` {
    struct Nothing: ExplorationContext {}

    /// One request, as an outcome.
    private static func ask(
        _ run: Run<Nothing>, _ method: String, _ path: String, _ body: JSON? = nil
    ) throws -> Outcome {
        let sandbox = try run.world.system(SandboxSystem.self).sandbox
        let reply = sandbox.front.withState { $0.respond(to: Provider.request(method, path, body)) }
        return reply.status < 300 ? .accepted : .refused
    }

    private static func twoRefundsAtOnce(_ run: Run<Nothing>) throws -> Outcome {
        let sandbox = try run.world.system(SandboxSystem.self).sandbox
        let statuses = sandbox.front.withState { state in
            let arrivals = (1...2).map { number in
                state.admit(Provider.request("POST", "/refunds", Provider.refund(60, "ref_\(number)")))
            }
            return arrivals.map { arrival in
                guard case .admitted(let admission) = arrival else { return 500 }
                return state.complete(admission).status
            }
        }
        return statuses.contains(200) ? .accepted : .refused
    }

    private static func exploration() -> Exploration<Nothing> {
        Exploration(of: Nothing.self) {
            Action("authorize") { run in
                let manual: [JSON.Member] = [.init("capture_method", "manual")]
                return try ask(run, "POST", "/payments", Provider.payment("pay_1", 100, manual))
            }
            Action("capture") { run in
                try ask(run, "POST", "/payments/pay_1/capture", ["amount_to_capture": 80])
            }
            Action("cancel") { run in try ask(run, "POST", "/payments/pay_1/cancel") }
            Action("refund") { run in try ask(run, "POST", "/refunds", Provider.refund(50, "ref_0")) }
            Action("two_refunds") { run in try twoRefundsAtOnce(run) }
            Action("deliver") { run in
                let report = try await run.world.system(SandboxSystem.self).sandbox.deliverNext()
                return report == nil ? .skipped("nothing is due") : .accepted
            }
            Action("wait") { run in
                let sandbox = try run.world.system(SandboxSystem.self).sandbox
                guard sandbox.state.now == .start else { return .skipped("once is enough") }
                try sandbox.advanceClock(bySeconds: 7 * 86_400)
                return .accepted
            }
            Invariant("never_over_refunded", .critical) { run in
                let provider = try run.world.system(SandboxSystem.self).sandbox.state
                return provider.payments.allSatisfy { provider.notFailed(refundsOf: $0.id) <= $0.captured }
            }
        }
    }

    @Test func `holds with the lock, finds the real router's over-refund without it, and returns to the root`()
        async throws
    {
        let receiver = try Receiver()
        for isLocked in [true, false] {
            let sandbox = try HyperswitchSandbox()
            try sandbox.sendWebhooks(to: receiver.url)
            sandbox.configure { $0.checksRefundsUnderLock = isLocked }
            let root = sandbox.state
            let result = try await Explorer(Self.exploration(), in: World(systems: [SandboxSystem(sandbox)])).explore()
            if isLocked {
                #expect(result.verdict == .held(.everything), "\(result.warnings)")
                #expect(result.statesVisited > 50)
            } else {
                #expect(result.verdict == .violated)
                let violation = try #require(result.violations.first)
                #expect(violation.rule.name == "never_over_refunded" && violation.isConfirmed)
                #expect(violation.counterexample.path == ["authorize", "capture", "two_refunds"])
            }
            #expect(sandbox.state == root)
            sandbox.stop()
        }
        receiver.stop()
    }
}
