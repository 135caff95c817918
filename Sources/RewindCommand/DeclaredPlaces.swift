import ExplorationFiles
import Foundation
import RewindReport

extension ExplorationFile {
    /// Where its parts stand, for reports.
    /// - Parameter folder: that paths inside of it are to be relative to.
    func declarations(relativeTo folder: ProjectFolder) -> Declarations {
        func place(_ position: SourcePosition) -> Declarations.Place {
            Declarations.Place(file: folder.relative(position.file), line: position.line, column: position.column)
        }
        var declarations = Declarations(file: folder.relative(path))
        for part in invariants { declarations.invariants[part.name.value] = place(part.name.position) }
        for part in actions { declarations.actions[part.name.value] = place(part.name.position) }
        declarations.diagram = (states?.variable.position).map(place)
        declarations.lawsSwitchedOff = lawsSwitchedOff.map { ($0.name.value, $0.reason) }
        return declarations
    }
}

/// The folder that reports name files from: what a CI service has checked out, so that it finds the lines to show, or
/// else the working directory.
struct ProjectFolder {
    /// Full, without a slash at its end.
    let path: String

    /// - Parameter environment: `GITHUB_WORKSPACE` and `CI_PROJECT_DIR` say where the checkout is; one that the working
    ///   directory is not in is of something else.
    init(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        workingDirectory: String = FileManager.default.currentDirectoryPath
    ) {
        let working = Self.full(workingDirectory)
        let checkouts = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"].compactMap { environment[$0] }.filter { !$0.isEmpty }
            .map(Self.full)
        path = checkouts.first { working == $0 || working.hasPrefix($0 + "/") } ?? working
    }

    /// The path of a file from here; the full one of a file elsewhere.
    func relative(_ file: String) -> String {
        let full = Self.full(file)
        return full.hasPrefix(path + "/") ? String(full.dropFirst(path.count + 1)) : full
    }

    private static func full(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }
}
