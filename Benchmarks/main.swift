import Foundation
// Speed, as one table. Figures are printed beside their targets and never fail the build: `make bench` exits with 0.

if CommandLine.arguments.dropFirst().first == "serve" {
    try OrdersProcess.serve(databasePath: CommandLine.arguments[2])
} else {
    var figures: [Figure] = []
    figures += try await PostgresCost.figures()
    if CommandLine.arguments.contains("postgres") { print(Report.text(figures)); exit(0) }
    figures += try await CoreThroughput.figures()
    figures += try await RewindingCost.figures()
    figures += try await DemoExploration.figures()
    figures += try await MemoryPerState.figures()
    print(Report.text(figures))
}
