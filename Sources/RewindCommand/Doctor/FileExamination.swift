import ExplorationFiles
import Rewind
import RewindHTTP
import RewindReport

/// What the doctor asks of an exploration file, and of the databases and the API that it names.
struct FileExamination {
    let path: String
    let doctor: Doctor

    func checkup() async -> Checkup {
        do {
            return await checkup(of: try doctor.opened(path))
        } catch {
            var checkup = Checkup()
            doctor.noteProgram(in: &checkup)
            let errors = (error as? FileErrors)?.errors.map(\.description) ?? ["\(error)"]
            for sentence in errors { checkup.note("file", .problem, sentence) }
            return checkup
        }
    }

    private func checkup(of opened: OpenedExploration) async -> Checkup {
        var checkup = Checkup(redaction: opened.redaction)
        doctor.noteProgram(in: &checkup)
        let file = opened.file
        checkup.note(
            "file", .ok,
            "\(path) is understood: actions \(file.actions.count), invariants \(file.invariants.count), databases "
                + "\(file.systems.count).")
        let before = checkup
        do {
            // Many an API makes its tables when it starts.
            return try await opened.withWorkers(1) { team in
                var checkup = before
                await examineSystems(of: file, in: &checkup)
                for worker in team.workers {
                    let api = try worker.world.service(API.self)
                    let health = file.api.start?.health?.value ?? "/"
                    await APIExamination(url: "The API", path: health).note(asking: api, in: &checkup)
                }
                return checkup
            }
        } catch {
            await examineSystems(of: file, in: &checkup)
            // What is protected is said of the database already.
            if (error as? SystemError)?.kind != .protected { checkup.note("API", .problem, "\(error)") }
            return checkup
        }
    }

    private func examineSystems(of file: ExplorationFile, in checkup: inout Checkup) async {
        for system in file.systems {
            var examined = Checkup()
            switch system.kind {
            case .sqlite(let path): await doctor.examine(path.resolved, in: &examined)
            case .postgres(let url): await doctor.examine(url.value, in: &examined)
            }
            checkup.note(examined, of: file.systems.count > 1 ? system.name.value : nil)
        }
    }
}
