// Speed, as one table. Figures are printed beside their targets and never fail the build: `make bench` exits with 0.
// With names of groups as arguments, only these are measured: `RewindBenchmarks core workers`.

let arguments = CommandLine.arguments.dropFirst()
if arguments.first == "serve" {
    try OrdersProcess.serve(database: CommandLine.arguments[2])
} else {
    let groups: [(name: String, measure: @Sendable () async throws -> [Figure])] = [
        ("core", CoreThroughput.figures),
        ("workers", ParallelWorkers.figures),
        ("rewinding", RewindingCost.figures),
        ("postgres", PostgresCost.figures),
        ("postgres", TriggerCost.figures),
        ("postgres", DemoExploration.figuresOnPostgres),
        ("sensors", PostgresSensors.figures),
        ("demo", DemoExploration.figures),
        ("memory", MemoryPerState.figures),
    ]
    var figures: [Figure] = []
    for group in groups where arguments.isEmpty || arguments.contains(group.name) {
        figures += try await group.measure()
    }
    print(Report.text(figures))
}
