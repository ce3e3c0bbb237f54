@echo off
rem Builds clattention when it is missing, and checks a device with it. Arguments are those of the command: scripts\smoke --help
call "%~dp0clattention.cmd" smoke %*
exit /b %errorlevel%
