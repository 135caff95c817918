import Rewind

extension Duration {
    var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}

let core = try await CoreThroughput.measure(levels: 3, tanks: 9)
print("core", core.result.statesVisited, core.result.transitions, core.transitionsPerSecond, core.result.verdict)
print(core.result.statistics)
