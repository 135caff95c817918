import HyperswitchSandbox
import Rewind

/// What goes wrong between the service and the provider during one call.
enum Weather: CaseIterable, CustomStringConvertible {
    /// It happened, and the answer got lost.
    case lostReply
    /// It happened, and the answer says that the provider broke.
    case brokeAfter
    /// It did not happen, and the answer says that the provider broke.
    case brokeBefore
    /// It did not happen, and the provider said no.
    case rejected

    var description: String {
        switch self {
        case .lostReply: "done, reply lost"
        case .brokeAfter: "done, answered 500"
        case .brokeBefore: "not done, answered 503"
        case .rejected: "rejected"
        }
    }

    private var effect: SandboxFaultEffect {
        switch self {
        case .lostReply: .loseReply
        case .brokeAfter: .failAfter(status: 500)
        case .brokeBefore: .failBefore(status: 503)
        case .rejected: .failBefore(status: 400)
        }
    }

    /// The same for the sandbox.
    func fault(on call: SandboxFault.Call) -> SandboxFault { SandboxFault(effect, on: call) }
}

/// A context that remembers whether something went wrong on the way to the provider. One disaster on a path is enough.
protocol DisasterContext: ExplorationContext {
    var orderID: Int64? { get }
    var disasters: Int { get }

    /// The provider, or the way to it, is about to fail like that.
    mutating func meet(_ weather: Weather)
}

extension Action where Context: DisasterContext {
    /// A command that meets every kind of weather.
    static func amidDisaster(
        _ name: String, _ call: SandboxFault.Call,
        perform: @escaping @Sendable (_ run: inout Run<Context>) async throws -> Outcome
    ) -> Action {
        Action(name, over: Weather.allCases) { run, weather in
            let provider = try run.provider
            try provider.addFault(weather.fault(on: call))
            defer { provider.removeFaults() }
            run.context.meet(weather)
            return try await perform(&run)
        }
        .when { $0.orderID != nil && $0.disasters == 0 }
    }
}
