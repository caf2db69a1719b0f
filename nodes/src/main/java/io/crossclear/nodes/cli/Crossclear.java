package io.crossclear.nodes.cli;

import io.crossclear.nodes.supervisor.LocalNetworkException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.HelpCommand;

/** The root command and the list of all others. */
@Command(
    name = "crossclear",
    description = "Clears trades across chains.",
    mixinStandardHelpOptions = true,
    version = "crossclear 0.1.0",
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:what was asked for holds",
      "1:it does not; one sentence says why",
      "2:an option or argument is unknown or missing",
      "3:status found no running network"
    },
    subcommands = {
      Up.class,
      Down.class,
      Status.class,
      Doctor.class,
      Keys.class,
      Deposit.class,
      AccountCommand.class,
      Transfer.class,
      Withdraw.class,
      Prices.class,
      Markets.class,
      Auctions.class,
      Pool.class,
      Demo.class,
      RunNode.class,
      RunSupervisor.class,
      RunTickers.class,
      HelpCommand.class
    })
public final class Crossclear implements Runnable {

  @CommandLine.Option(
      names = "--stacktrace",
      scope = CommandLine.ScopeType.INHERIT,
      hidden = true,
      showDefaultValue = Visibility.NEVER,
      description = "Show where a failure came from.")
  private boolean stacktrace;

  @Override
  public void run() {
    CommandLine.usage(this, System.out);
  }

  /** Runs a command line; the exit code. */
  public static int execute(String... arguments) {
    Crossclear root = new Crossclear();
    return new CommandLine(root)
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              if (root.stacktrace || !(failure instanceof LocalNetworkException)) {
                failure.printStackTrace(command.getErr());
              }
              if (failure instanceof LocalNetworkException) {
                command.getErr().println(failure.getMessage());
              }
              return CommandLine.ExitCode.SOFTWARE;
            })
        .setParameterExceptionHandler(
            (wrong, given) -> {
              PrintWriter err = wrong.getCommandLine().getErr();
              err.println(wrong.getMessage());
              err.println(
                  "Try: " + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help");
              return CommandLine.ExitCode.USAGE;
            })
        .execute(arguments);
  }
}
