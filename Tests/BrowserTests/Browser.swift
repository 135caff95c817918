import CommandSupport
import Foundation
import TestServices
import Testing

/// Looks at reports in Chromium, by `Browser/check.py`.
enum Browser {
    /// The accessibility checker, put there by `scripts/install-axe`.
    static let axe = Repository.folder.appendingPathComponent(".build/axe/0.1.8/axe.min.js").path
    static let hasAxe = FileManager.default.fileExists(atPath: axe)
    private static let script = Repository.folder.appendingPathComponent("Tests/BrowserTests/Browser/check.py").path

    /// Makes checks, by their names in the script, and records what fails.
    static func check(_ report: String, in scratch: Scratch, _ checks: String...) async throws {
        let log = scratch.path("browser-\(UUID().uuidString)")
        try Data().write(to: URL(fileURLWithPath: log))
        let output = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [script, report] + checks
        // A browser's sockets lie in its temporary folder, and their paths must be short.
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["AXE": axe, "TMPDIR": "/tmp"]
        ) { $1 }
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try output.close()
        try await eventually("the checks of \(report)", within: .seconds(400)) { !process.isRunning }
        let said = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        #expect(process.terminationStatus == 0, "\(said)")
        for check in checks { #expect(said.contains("ok \(check)\n"), "\(said)") }
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips where there is no browser, unless `REQUIRE_SERVICES` names it.
    static var needsBrowser: Self {
        .enabled(if: TestService.browser.isToBeTested, "\(TestService.browser.absence)")
    }

    /// Skips where there is no accessibility checker, unless `REQUIRE_SERVICES` names the browser.
    static var needsAxe: Self {
        .enabled(
            if: Browser.hasAxe || TestService.browser.isRequired, "axe-core is missing: scripts/install-axe gets it.")
    }
}
