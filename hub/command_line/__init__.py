"""What can be typed after `hub`: one module a command, loaded when it is typed; `local` asks a hub that runs."""
